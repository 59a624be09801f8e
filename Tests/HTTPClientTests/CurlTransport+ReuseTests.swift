// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import HTTPClient

/// Independence of requests on the same connection.
@Suite(.timeLimit(.minutes(5))) struct CurlTransportReuseTests {
    @Test("Headers of a request do not appear in later requests")
    func headers() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("x")))) { transport, server in
            let tokens: [String?] = ["one", "one", "two", nil, "three", nil, nil, "one"]
            for token in tokens {
                let headers = token.map { [HTTPHeader("X-Auth-Token", $0)] } ?? []
                let response = try await transport.get(server.url(), headers: headers)
                #expect(response.status == 200)
            }
            let seen = server.log.requests.map { request in
                request.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("x-auth-token") }.map(String.init)
            }
            #expect(seen == tokens.map { token in token.map { ["X-Auth-Token: \($0)"] } ?? [] })
        }
    }

    @Test("Method and body of a POST do not appear in later requests")
    func methods() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("x")))) { transport, server in
            for body in [nil, "secret", nil, "other", nil] {
                let request = HTTPRequest(
                    method: body == nil ? .get : .post, url: server.url(), body: body.map { Array($0.utf8) },
                    timeout: .seconds(20), maxBodyBytes: 10)
                let response = try await transport.send(request)
                #expect(response.status == 200)
            }
            let lines = server.log.requests.map { $0.prefix { $0 != " " } }
            #expect(lines == ["GET", "POST", "GET", "POST", "GET"])
            #expect(server.log.requests.map { $0.contains("secret") } == [false, true, false, false, false])
        }
    }

    @Test("A response body is complete after a longer one on the same connection")
    func bodies() async throws {
        let texts = [String(repeating: "long", count: 5_000), "short", "", "other"]
        let server = try ScriptedServer { _ in
            [.loop(texts.flatMap { [.expectRequest, .send(plainResponse($0))] })]
        }
        try await withServer(server) { transport, server in
            for text in texts + texts {
                let response = try await transport.get(server.url())
                #expect(response.text == text)
            }
        }
    }
}
