// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Fabric

/// A password's credentials with a scripted IAM.
struct PasswordScene {
    static let password = "Sup3r$ecretPassword"

    let transport: FakeTransport
    let clock = ManualClock()
    let client: CredentialClient
    let credentials: RenewingCredentials

    /// - Parameter life: the tokens' lifetime in seconds.
    init(
        life: Int = 86_400, holding: Bool = false, password: SecretSource = SecretSource.value(Secret(password)),
        jitter: Double = 0,
        answer: (@Sendable (Int) -> Result<HTTPResponse, TransportFailure>)? = nil
    ) {
        let respond = answer ?? { Self.token($0, life: life) }
        transport = FakeTransport(holding: holding) { _, number in respond(number) }
        client = CredentialClient(
            transport: transport, direct: transport, timeout: .seconds(10), clock: clock)
        let issuer = PasswordIssuer(
            user: PasswordSettings(
                iamURL: "", domain: "acme", user: "exporter", password: password, project: .name("cn-north-4")),
            iam: IAM(url: "https://iam.example.com", client: client))
        credentials = RenewingCredentials(issuer, client: client) { jitter }
    }

    static func token(_ number: Int, life: Int) -> Result<HTTPResponse, TransportFailure> {
        let (minutes, seconds) = (life / 60, life % 60)
        let end =
            "2026-01-0\(1 + minutes / 1440)T\(two(minutes / 60 % 24)):\(two(minutes % 60)):\(two(seconds)).000000Z"
        return .response(
            201, #"{"token":{"issued_at":"2026-01-01T00:00:00.000000Z","expires_at":"\#(end)"}}"#,
            headers: [HTTPHeader("X-Subject-Token", "token-\(number)")])
    }

    private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }

    /// Returns the token that a request would carry now.
    func sent() async throws -> String {
        let credential = try await credentials.credential()
        return Self.sent(credential)
    }

    static func sent(_ credential: Credential) -> String {
        var request = HTTPRequest(url: "https://a.example", timeout: .seconds(1), maxBodyBytes: 1)
        credential.authorize(&request)
        return request.headers.first { $0.name == "X-Auth-Token" }?.value ?? "none"
    }
}

@Suite("Credentials that expire")
struct RenewingCredentialsTests {
    @Test("IAM is asked for a project-scoped token")
    func request() async throws {
        let scene = PasswordScene(password: SecretSource.value(Secret("a\"b\\c\n端")))
        #expect(try await scene.sent() == "token-0")
        let request = try #require(scene.transport.requests.first)
        #expect(request.method == .post)
        #expect(request.url == "https://iam.example.com/v3/auth/tokens?nocatalog=true")
        #expect(request.headers.contains(HTTPHeader("Content-Type", "application/json;charset=utf8")))
        #expect(
            String(decoding: request.body ?? [], as: UTF8.self)
                == #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"exporter","#
                + #""password":"a\"b\\c\n端","domain":{"name":"acme"}}}},"scope":{"project":{"name":"cn-north-4"}}}}"#)
    }

    @Test("Concurrent callers share one token, which is kept")
    func singleFlight() async throws {
        let scene = PasswordScene(holding: true)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<40 { group.addTask { try await scene.sent() } }
            await scene.transport.waitForRequests(1)
            scene.transport.release()
            for try await token in group { #expect(token == "token-0") }
        }
        #expect(try await scene.sent() == "token-0")
        #expect(scene.transport.requests.count == 1)
        #expect(scene.credentials.status.refreshes == 1)
    }

    @Test(
        "A token is renewed when 40 minutes or a third of its lifetime are left, or up to a quarter of that later",
        arguments: [
            (86_400, 0, 84_000), (86_400, 1, 84_600), (900, 0, 600), (900, 1, 675), (6, 0, 4),
        ] as [(Int, Double, Int)])
    func renewal(life: Int, jitter: Double, due: Int) async throws {
        let scene = PasswordScene(life: life, jitter: jitter)
        #expect(try await scene.sent() == "token-0")
        scene.clock.advance(by: .seconds(due) - .milliseconds(1))
        #expect(try await scene.sent() == "token-0")
        #expect(scene.transport.requests.count == 1)
        scene.transport.hold()
        scene.clock.advance(by: .milliseconds(1))
        // The old token stays in use.
        #expect(try await scene.sent() == "token-0")
        await scene.transport.waitForRequests(2)
        #expect(try await scene.sent() == "token-0")
        scene.transport.release()
        await scene.renewed(2)
        #expect(try await scene.sent() == "token-1")
        #expect(scene.transport.requests.count == 2)
    }

    @Test("An expired token isn't used, and the expiry is reported by the wall clock")
    func expiry() async throws {
        let scene = PasswordScene(life: 600)
        _ = try await scene.sent()
        #expect(scene.credentials.status.expiryMicroseconds == scene.clock.wallMicroseconds + 600_000_000)
        scene.clock.advance(by: .seconds(600))
        #expect(try await scene.sent() == "token-1")
    }

    @Test("After a failed renewal the token stays in use, and the renewal is retried after 1 s, then 2 s")
    func failedRenewal() async throws {
        let scene = PasswordScene(life: 900) { number in
            number == 0 ? PasswordScene.token(0, life: 900) : .failure(TransportFailure(.connect, "refused"))
        }
        _ = try await scene.sent()
        scene.clock.advance(by: .seconds(600))
        #expect(try await scene.sent() == "token-0")
        await scene.failed(1)
        #expect(try await scene.sent() == "token-0")
        #expect(scene.transport.requests.count == 2)
        scene.clock.advance(by: .seconds(1))
        #expect(try await scene.sent() == "token-0")
        await scene.failed(2)
        scene.clock.advance(by: .seconds(1))
        #expect(try await scene.sent() == "token-0")
        #expect(scene.transport.requests.count == 3)
        #expect(scene.credentials.status.nextProbe == nil)
    }

    @Test("A rejected password is retried after 1 minute, then 2, 4, 8 and 15")
    func rejection() async throws {
        let scene = PasswordScene { _ in
            .response(401, #"{"error":{"code":401,"message":"wrong: \#(PasswordScene.password)"}}"#)
        }
        var moments: [Int] = []
        for second in 0...1_900 {
            let before = scene.transport.requests.count
            let failure = await #expect(throws: CredentialFailure.self) { try await scene.sent() }
            #expect(failure?.description == "IAM token request failed: HTTP 401 401: wrong: <REDACTED>")
            if scene.transport.requests.count > before { moments.append(second) }
            scene.clock.advance(by: .seconds(1))
        }
        #expect(moments == [0, 60, 180, 420, 900, 1_800])
        #expect(scene.credentials.status.nextProbe != nil)
    }

    @Test("A changed password is tried at once")
    func changedPassword() async throws {
        let file = try TemporaryFile("wrong-password")
        defer { file.remove() }
        let scene = PasswordScene(password: SecretSource.file(path: file.path)) { number in
            number == 0 ? .response(401) : PasswordScene.token(number, life: 900)
        }
        await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        try file.replace("right-password")
        #expect(try await scene.sent() == "token-1")
        #expect(scene.credentials.status.nextProbe == nil)
    }

    @Test("After a reload a rejected password is retried at once")
    func retryNow() async throws {
        let scene = PasswordScene { number in number == 0 ? .response(401) : PasswordScene.token(number, life: 900) }
        await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        await scene.credentials.retryNow()
        #expect(try await scene.sent() == "token-1")
    }

    @Test("A rejected token is replaced once for all its users")
    func replacement() async throws {
        let scene = PasswordScene()
        let rejected = try await scene.credentials.credential()
        for _ in 0..<5 {
            let next = try #require(try await scene.credentials.replacement(for: rejected))
            #expect(PasswordScene.sent(next) == "token-1")
        }
        #expect(scene.transport.requests.count == 2)
    }

    @Test("IAM isn't asked again during the pause it asked for")
    func throttled() async throws {
        let scene = PasswordScene { number in
            number == 0
                ? .response(429, #"{"error_code":"IAM.0012"}"#, headers: [HTTPHeader("Retry-After", "7")])
                : PasswordScene.token(number, life: 900)
        }
        await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        scene.clock.advance(by: .milliseconds(6_999))
        await #expect(throws: CredentialFailure.self) { try await scene.sent() }
        scene.clock.advance(by: .milliseconds(1))
        #expect(try await scene.sent() == "token-1")
    }

    @Test("A canceled task stops waiting for a token")
    func cancellation() async throws {
        let scene = PasswordScene(holding: true)
        let waiting = Task { try await scene.sent() }
        await scene.transport.waitForRequests(1)
        waiting.cancel()
        await #expect(throws: CredentialFailure.self) { try await waiting.value }
        scene.transport.release()
    }
}

extension PasswordScene {
    /// Waits until `count` tokens have been obtained.
    func renewed(_ count: UInt64) async {
        while credentials.status.refreshes < count { await Task.yield() }
    }

    /// Waits until `count` attempts have failed.
    func failed(_ count: UInt64) async {
        while credentials.status.failures < count { await Task.yield() }
    }
}
