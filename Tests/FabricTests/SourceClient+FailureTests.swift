// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Testing

@testable import Fabric

@Suite("Failures of error responses")
struct SourceClientFailureTests {
    /// A token of realistic length.
    private static let token = "MIIF" + (0..<600).map { "x\($0)Y" }.joined()

    private static func failure(
        _ status: Int, _ body: String, _ headers: [(String, String)] = []
    ) async throws
        -> APIFailure
    {
        let credential = try await TokenCredentials(.value(Secret(token))).credential()
        let response = HTTPResponse(
            status: status, headers: headers.map { HTTPHeader($0.0, $0.1) }, body: Array(body.utf8), receivedBytes: 0)
        return SourceClient.failure(of: response, credential, wallMicroseconds: 1_800_000_000_000_000)
    }

    @Test("Reason, code, message and request ID are read")
    func whole() async throws {
        let body = #"{"error_msg":"policy user over ratelimit","error_code":"APIG.0308","request_id":"body"}"#
        #expect(
            try await Self.failure(429, body, [("x-request-ID", "head"), ("Retry-After", "7")])
                == APIFailure(
                    .throttled, "policy user over ratelimit", status: 429, code: "APIG.0308", requestID: "head",
                    retryAfter: .seconds(7)))
        #expect(try await Self.failure(400, body, [("X-IAM-Trace-Id", "t")]).requestID == "body")
        #expect(
            try await Self.failure(503, "", [("X-IAM-Trace-Id", "t")])
                == APIFailure(.server, "no error message in the response", status: 503, requestID: "t"))
        #expect(
            try await Self.failure(302, "<h1>Moved</h1>")
                == APIFailure(.response, "Moved", status: 302))
        #expect(
            try await Self.failure(400, #"{"error_code":"dataartsfabric.00010003","error_msg":"gone"}"#)
                == APIFailure(.notFound, "gone", status: 400, code: "dataartsfabric.00010003"))
    }

    @Test(
        "Retry-After may be any number of seconds",
        arguments: [
            ("1", .seconds(1)), ("007", .seconds(7)), ("300", .seconds(300)), ("301", .seconds(300)),
            ("4294967296", .seconds(300)), ("99999999999999999999999", .seconds(300)), ("0", nil), ("-1", nil),
            ("+1", nil), ("", nil), ("1.5", nil), ("soon", nil), ("١", nil),
        ] as [(String, Duration?)]
    )
    func retryAfter(_ value: String, _ duration: Duration?) async throws {
        #expect(try await Self.failure(429, "", [("Retry-After", value)]).retryAfter == duration)
    }

    @Test(
        "Retry-After may be a date, relative to the response's Date or else to this machine's clock",
        arguments: [
            ("Fri, 15 Jan 2027 08:00:07 GMT", nil, .seconds(7)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:27:30 GMT", .seconds(30)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", "Tue, 20 Oct 2026 07:28:00 GMT", .seconds(300)),
            ("Sat, 21 Oct 2062 07:28:00 GMT", "Tue, 20 Oct 2026 07:28:00 GMT", .seconds(300)),
            ("Friday, 15-Jan-27 08:00:07 GMT", nil, .seconds(7)), ("Fri Jan 15 08:00:07 2027", nil, .seconds(7)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed Oct 21 07:27:30 2026", .seconds(30)),
            ("Tue, 29 Feb 2028 00:00:00 GMT", "Mon, 28 Feb 2028 23:59:59 GMT", .seconds(1)),
            ("Fri, 15 Jan 2027 08:00:00 GMT", nil, nil), ("Wed, 21 Oct 2026 07:28:00 GMT", nil, nil),
            ("Fri, 15 Jan 2027 08:00:07 GMT", "yesterday", .seconds(7)),
            ("Fri, 32 Jan 2027 08:00:07 GMT", nil, nil), ("Mon, 29 Feb 2027 08:00:07 GMT", nil, nil),
            ("Fri, 15 Jan 2027 24:00:07 GMT", nil, nil), ("Fri, 15 Jan 2027 08:60:07 GMT", nil, nil),
            ("Fri, 15 Jan 2027 08:00:07 CET", nil, nil), ("Fri, 15 Jän 2027 08:00:07 GMT", nil, nil),
            ("15 Jan 2027 08:00:07 GMT", nil, nil),
            ("Fri, 15 Jan 2027 08:00:07 GMT+1", nil, nil), ("Fri, 1 Jan 2027 08:00:07 GMT", nil, nil),
        ] as [(String, String?, Duration?)]
    )
    func retryAfterDate(_ value: String, _ date: String?, _ duration: Duration?) async throws {
        let headers = [("Retry-After", value)] + (date.map { [("Date", $0)] } ?? [])
        #expect(try await Self.failure(429, "", headers).retryAfter == duration)
    }

    @Test("A server error may have a Retry-After")
    func pauseAfterServerError() async throws {
        let failure = try await Self.failure(503, "", [("Retry-After", "Fri Jan 15 08:00:07 2027")])
        #expect(
            failure
                == APIFailure(.server, "no error message in the response", status: 503, retryAfter: .seconds(7)))
    }

    @Test("Long texts are truncated by bytes, between two scalars")
    func cut() async throws {
        let long = String(repeating: "端", count: 5_000)
        #expect(
            try await Self.failure(
                500, "{\"error_code\":\"\(long)\",\"error_msg\":\"\(long)\"}", [("X-Request-Id", long)])
                == APIFailure(
                    .server, String(long.prefix(333)), status: 500, code: String(long.prefix(21)),
                    requestID: String(long.prefix(21))))
        #expect(try await Self.failure(500, "<p>\(long)</p>").message == String(long.prefix(333)))
        let letter = "e" + String(repeating: "\u{301}", count: 20_000)
        #expect(try await Self.failure(403, "{\"error_msg\":\"\(letter)\"}").message.utf8.count == 999)
    }

    @Test(
        "An echoed token is redacted at any position",
        arguments: [
            ("Incorrect token \(token)", "Incorrect token <REDACTED>"),
            ("\(token)\(token)", "<REDACTED><REDACTED>"),
            ("a \(token) b \(token) c", "a <REDACTED> b <REDACTED> c"),
            ("cut: \(token.prefix(400))", "cut: <REDACTED>"),
            ("cut: \(token.prefix(16))…", "cut: <REDACTED>…"),
            ("marked: \(token)\u{301}", "marked: <REDACTED>\u{301}"),
            ("X-Auth-Token:\(token);x", "X-Auth-Token:<REDACTED>;x"),
        ]
    )
    func redaction(_ echo: String, _ message: String) async throws {
        for body in [
            "{\"error_msg\":\"\(echo)\"}", "{\"error\":{\"code\":401,\"message\":\"\(echo)\"}}", echo,
            "<html><b>\(echo)</b></html>",
        ] {
            #expect(try await Self.failure(500, body).message == message)
        }
        let failure = try await Self.failure(500, "{\"error_code\":\"\(echo)\",\"request_id\":\"\(echo)\"}")
        #expect(failure.code == message)
        #expect(failure.requestID == message)
        #expect(try await Self.failure(500, "", [("X-Request-Id", echo)]).requestID == message)
    }

    @Test("A token after long text is redacted or truncated, never shown in part")
    func farEcho() async throws {
        for distance in [100, 150, 190, 990, 996, 1_000, 4_000, 8_000, 8_190] {
            let padding = String(repeating: ". ", count: distance / 2)
            for body in ["{\"error_msg\":\"\(padding)\(Self.token)\"}", padding + Self.token] {
                let message = try await Self.failure(500, body).message
                #expect(message == String((padding + "<REDACTED>").prefix(1_000)))
            }
        }
        let twice = try await Self.failure(500, "<p>\(Self.token) \(Self.token) \(Self.token)")
        #expect(twice.message == "<REDACTED> <REDACTED> <REDACTED>")
    }

    @Test(
        "What a failure means for the whole source",
        arguments: [
            (APIFailure(.notFound, "", status: 404), .answered), (APIFailure(.forbidden, "", status: 403), .answered),
            (APIFailure(.badRequest, "", status: 400), .answered),
            (APIFailure(.response, "", status: 302), .answered), (APIFailure(.response, ""), .inconclusive),
            (APIFailure(.server, "", status: 500), .answered), (APIFailure(.server, "", status: 502), .inconclusive),
            (APIFailure(.server, "", status: 503), .inconclusive),
            (APIFailure(.timeout, "", status: 504), .inconclusive), (APIFailure(.timeout, ""), .inconclusive),
            (APIFailure(.network, ""), .inconclusive), (APIFailure(.network, "", status: 200), .inconclusive),
            (APIFailure(.tls, ""), .inconclusive),
            (
                APIFailure(.throttled, "", status: 429, retryAfter: .seconds(3)),
                .throttled(retryAfter: .seconds(3))
            ),
            (
                APIFailure(.unauthenticated, "no", status: 401),
                .unauthenticated(APIFailure(.unauthenticated, "no", status: 401))
            ),
        ] as [(APIFailure, SourceGate.Outcome)]
    )
    func outcomes(_ failure: APIFailure, _ outcome: SourceGate.Outcome) {
        #expect(SourceClient.outcome(of: failure) == outcome)
    }
}
