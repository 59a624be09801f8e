// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite("Credentials that arrive expired")
struct CredentialLifetimeTests {
    /// 2026-01-01T00:00:00Z
    private static let wall: Int64 = 1_767_225_600

    private func remaining(
        _ end: String?, issued: String? = nil, date: String? = nil, wall: Int64 = wall
    ) throws(CredentialFailure) -> Duration? {
        let response = HTTPResponse(
            status: 201, headers: date.map { [HTTPHeader("Date", $0)] } ?? [], body: [], receivedBytes: 0)
        return try CredentialLifetime(name: "IAM", response: response, wallMicroseconds: wall * 1_000_000)
            .remaining(until: end, issued: issued)
    }

    private func message(
        _ end: String, issued: String? = nil, date: String? = nil, wall: Int64 = wall
    ) -> String {
        do throws(CredentialFailure) {
            _ = try remaining(end, issued: issued, date: date, wall: wall)
            return "no failure"
        } catch {
            #expect(error.cause == .expired && !error.isRejection)
            return error.description
        }
    }

    @Test("The service's times take precedence over a wrong clock of this machine")
    func wrongClock() throws {
        for wall in [Self.wall - 86_400, Self.wall + 86_400 * 2, 0] {
            #expect(
                try remaining("2026-01-02T00:00:00Z", issued: "2026-01-01T00:00:00Z", wall: wall) == .seconds(86_400))
            #expect(
                try remaining("2026-01-01T01:00:00Z", date: "Thu, 01 Jan 2026 00:00:00 GMT", wall: wall)
                    == .seconds(3_600))
        }
        #expect(try remaining(nil) == nil)
        #expect(try remaining("soon") == nil)
        // A token from a cache: the remaining time counts, not the total lifetime.
        #expect(
            try remaining(
                "2026-01-01T02:00:00Z", issued: "2026-01-01T00:00:00Z", date: "Thu, 01 Jan 2026 01:30:00 GMT")
                == .seconds(1_800))
    }

    @Test("The message about an expired credential compares the clocks")
    func expired() {
        let end = "2026-01-01T00:00:00Z"
        #expect(
            message(end, issued: "2026-01-02T00:00:00Z", wall: Self.wall + 86_400)
                == "IAM returned a credential that expired at \(end); this machine's clock agrees with the service's; "
                + "the error is in the service's response")
        #expect(
            message(end, date: "Fri, 02 Jan 2026 00:00:00 GMT", wall: Self.wall - 86_400)
                == "IAM returned a credential that expired at \(end); this machine's clock is 2 days behind the "
                + "service's; synchronize the clocks (NTP)")
        #expect(message(end, issued: end).contains("a credential that expired at"))
        // Valid for a day, but issued long ago.
        #expect(
            message(end, issued: "2025-12-31T00:00:00Z", date: "Sat, 10 Jan 2026 00:00:00 GMT")
                .contains("this machine's clock is 9 days behind the service's"))
        #expect(
            message(end, wall: Self.wall + 86_400)
                == "IAM returned a credential that expired at \(end); this machine's clock shows "
                + "2026-01-02T00:00:00Z and the response has no Date to compare it with; "
                + "synchronize this machine's clock (NTP)")
        #expect(
            message("2026-01-01T00:00:01Z", issued: end)
                .hasPrefix("IAM returned a credential that expires in less than 5 s, at "))
    }

    @Test(
        "Tokens that arrive expired are failures: five requests within 30 s, then one per minute",
        arguments: [-60, 0, 1])
    func tokens(life: Int) async throws {
        let scene = PasswordScene { number in
            let end = Timestamp(microseconds: (Self.wall + Int64(life)) * 1_000_000).iso8601()
            return .response(
                201, #"{"token":{"issued_at":"2026-01-01T00:00:00.000000Z","expires_at":"\#(end)"}}"#,
                headers: [HTTPHeader("X-Subject-Token", "token-\(number)")])
        }
        var moments: [Int] = []
        for tenth in 0..<1_900 {
            let before = scene.transport.requests.count
            let failure = await #expect(throws: CredentialFailure.self) { try await scene.sent() }
            #expect(failure?.cause == .expired && failure?.description.contains("clock") == true)
            if scene.transport.requests.count > before { moments.append(tenth / 10) }
            scene.clock.advance(by: .milliseconds(100))
        }
        #expect(moments == [0, 1, 3, 7, 15, 31, 63, 123, 183])
        #expect(scene.credentials.status.refreshes == 0)
        #expect(scene.credentials.status.failures == 9)
        #expect(scene.credentials.status.nextProbe == nil)
    }

    @Test("Temporary keys that arrive expired are failures")
    func metadataKeys() async throws {
        let keys =
            #"{"credential":{"access":"AK","secret":"sk","securitytoken":"t","expires_at":"2025-12-31T00:00:00Z"}}"#
        let transport = FakeTransport { request, _ in
            request.method == .put
                ? .response(404)
                : .response(200, keys, headers: [HTTPHeader("Date", "Thu, 01 Jan 2026 00:00:00 GMT")])
        }
        let clock = ManualClock(wallSeconds: Self.wall)
        var settings = MetadataSettings()
        (settings.url, settings.projectID) = ("http://metadata.example", "p")
        let metadata = AuthSettings.metadata(settings)
        let credentials = try metadata.provider(
            region: nil,
            client: CredentialClient(
                transport: transport, direct: transport, timeout: .seconds(10), clock: clock))
        for _ in 0..<300 {
            await #expect(throws: CredentialFailure.self) { try await credentials.credential() }
            clock.advance(by: .milliseconds(100))
        }
        #expect(credentials.status.refreshes == 0)
        #expect(credentials.status.failures == 5)
    }

    @Test("A renewal that returns an expired token keeps the current token in use")
    func renewal() async throws {
        let scene = PasswordScene { PasswordScene.token($0, life: $0 == 0 ? 900 : 0) }
        #expect(try await scene.sent() == "token-0")
        scene.clock.advance(by: .seconds(700))
        #expect(try await scene.sent() == "token-0")
        await scene.failed(1)
        #expect(try await scene.sent() == "token-0")
    }
}
