// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite("Throttling of credential requests")
struct FailureTableThrottlingTests {
    @Test(
        "Every throttling code, with any status, is throttling and not a rejection",
        arguments: FailureTable.throttlingCodes)
    func codes(code: String) async throws {
        for (status, body) in [
            (400, #"{"error_code":"\#(code)","error_msg":"slow"}"#),
            (401, #"{"error":{"code":"\#(code)","message":"slow"}}"#),
            (403, #"{"error_code":"\#(code)"}"#), (404, #"{"error_code":"\#(code)"}"#), (429, ""),
        ] {
            let scene = PasswordScene { number in
                number == 0
                    ? .response(status, body, headers: [HTTPHeader("Retry-After", "7")])
                    : PasswordScene.token(number, life: 900)
            }
            let failure = await #expect(throws: CredentialFailure.self) { try await scene.sent() }
            #expect(failure?.cause == .unavailable)
            #expect(scene.credentials.status.nextProbe == nil)
            scene.clock.advance(by: .milliseconds(6_999))
            await #expect(throws: CredentialFailure.self) { try await scene.sent() }
            scene.clock.advance(by: .milliseconds(1))
            #expect(try await scene.sent() == "token-1")
        }
    }

    @Test(
        "IAM may ask for a pause with a date, and with 503",
        arguments: [
            (429, "Thu, 01 Jan 2026 00:00:20 GMT", 20), (503, "Thursday, 01-Jan-26 00:00:20 GMT", 20),
            (503, "Thu Jan  1 00:00:20 2026", 20), (503, "7", 7), (429, "100000", 300),
        ] as [(Int, String, Int)])
    func pauses(status: Int, retryAfter: String, seconds: Int) async throws {
        let scene = PasswordScene { number in
            number == 0
                ? .response(
                    status,
                    headers: [
                        HTTPHeader("Retry-After", retryAfter), HTTPHeader("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
                    ])
                : PasswordScene.token(number, life: 900)
        }
        await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        scene.clock.advance(by: .seconds(seconds) - .milliseconds(1))
        await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        #expect(scene.transport.requests.count == 1)
        scene.clock.advance(by: .milliseconds(1))
        #expect(try await scene.sent() == "token-1")
    }

    @Test("A pause that IAM asked for outlasts a reload and a change of the password")
    func kept() async throws {
        let file = try TemporaryFile("first-password")
        defer { file.remove() }
        let scene = PasswordScene(password: SecretSource.file(path: file.path)) { number in
            number == 0
                ? .response(429, headers: [HTTPHeader("Retry-After", "30")]) : PasswordScene.token(number, life: 900)
        }
        await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        await scene.credentials.retryNow()
        try file.replace("second-password")
        await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        #expect(scene.transport.requests.count == 1)
        scene.clock.advance(by: .seconds(30))
        #expect(try await scene.sent() == "token-1")
    }

    @Test("A failing service hasn't rejected the credential", arguments: [408, 500, 502, 503, 504])
    func serverError(status: Int) async throws {
        let scene = PasswordScene { number in
            number == 0 ? .response(status) : PasswordScene.token(number, life: 900)
        }
        let failure = await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        #expect(failure?.cause == .unavailable)
        #expect(scene.credentials.status.nextProbe == nil)
        scene.clock.advance(by: .seconds(1))
        #expect(try await scene.sent() == "token-1")
    }
}
