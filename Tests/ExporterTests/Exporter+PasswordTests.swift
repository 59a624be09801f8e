// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Polling
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Passwords", .serialized, .timeLimit(.minutes(5)))
struct ExporterPasswordTests {
    private static let password = "Sup3r$ecret Passw\"rd"

    private static func cloud(workspaces: Int = 5, clock: ManualClock, life: Int64 = 86_400) -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 5, workspaces: workspaces, endpointsEach: 3)
        cloud.tokens = []
        cloud.setClock { clock.wallMicroseconds }
        cloud.updateIdentity {
            $0.users = [(domain: "acme", name: "exporter", password: password)]
            $0.life = life
        }
        return cloud
    }

    private static func auth(
        _ url: String, _ secret: SecretSource = .value(Secret(password)),
        project: NameOrID = .name("cn-north-4")
    ) -> AuthSettings {
        .password(PasswordSettings(iamURL: url, domain: "acme", user: "exporter", password: secret, project: project))
    }

    @Test("A password is exchanged for one token, whose expiry is exported")
    func token() async throws {
        for project in [NameOrID.name("cn-north-4"), .id("0605767ac280d5762f8cc01ab2b4ba1d")] {
            let clock = ManualClock()
            let cloud = Self.cloud(workspaces: 40, clock: clock)
            try await Scene.run(cloud, authAt: { Self.auth($0, project: project) }, clock: clock) { scene in
                await scene.exporter.pollOnce()
                #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
                #expect(cloud.requestCount(.createToken) == 1)
                #expect(cloud.requestCount(.listEndpoints) == 40)
                let page = scene.page()
                #expect(page.value("dataarts_fabric_credential_expiry_timestamp_seconds") == "1800086400")
                #expect(page.value("dataarts_fabric_credential_refreshes_total") == "1")
                #expect(page.value("dataarts_fabric_credential_refresh_failures_total") == "0")
                #expect(page.value("dataarts_fabric_api_requests_total", "create_token", "201") == "1")
            }
        }
    }

    @Test("The status has the kind and expiry of the credential, and the rate without requests for credentials")
    func status() async throws {
        let clock = ManualClock()
        let cloud = Self.cloud(workspaces: 2, clock: clock)
        try await Scene.run(
            cloud, poll: { $0.requestsPerSecond = 20 }, authAt: { Self.auth($0) }, clock: clock
        ) { scene in
            func source() throws -> SourceStatus { try #require(scene.exporter.statusReport().sources.first) }
            let fresh = try source()
            #expect(fresh.credential == .init(kind: .password))
            await scene.exporter.pollOnce()
            let polled = try source()
            let expiry = Timestamp(microseconds: 1_800_086_400_000_000)
            #expect(polled.credential == .init(kind: .password, expiresAt: expiry))
            #expect(cloud.requestCount(.createToken) == 1)
            #expect(polled.requestsPerMinute == 2 && polled.requestsPerMinuteLimit == 1_200)
        }
    }

    @Test("Tokens that expire after six seconds are renewed without any 401")
    func shortLived() async throws {
        let clock = ManualClock()
        let cloud = Self.cloud(clock: clock, life: 6)
        try await Scene.run(cloud, poll: { $0.interval = .seconds(1) }, authAt: { Self.auth($0) }, clock: clock) {
            scene in
            for second in 0..<60 {
                await scene.exporter.pollOnce()
                #expect(scene.exporter.failing.isEmpty, "second \(second): \(scene.page().failures(of: "workspace-0"))")
                clock.advance(by: .seconds(1))
            }
            #expect(scene.page().value("dataarts_fabric_api_requests_total", "list_endpoints", "401") == nil)
            #expect(scene.page().value("dataarts_fabric_api_requests_total", "list_endpoints", "200") == "300")
            #expect((10...20).contains(cloud.requestCount(.createToken)))
        }
    }

    @Test("A revoked token is replaced within the poll, once for all workspaces")
    func revoked() async throws {
        let clock = ManualClock()
        let cloud = Self.cloud(workspaces: 40, clock: clock)
        try await Scene.run(cloud, authAt: { Self.auth($0) }, clock: clock) { scene in
            await scene.exporter.pollOnce()
            cloud.updateIdentity { $0.revokeTokens() }
            await scene.exporter.pollOnce()
            #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
            #expect(cloud.requestCount(.createToken) == 2)
        }
    }

    @Test(
        "A wrong password costs one request in the first minute, and a correct one in the file recovers all workspaces")
    func wrongPassword() async throws {
        let file = try TemporaryFile("not the password")
        defer { file.remove() }
        let clock = ManualClock()
        let cloud = Self.cloud(workspaces: 40, clock: clock)
        try await Scene.run(
            cloud, poll: { $0.interval = .seconds(10) }, authAt: { Self.auth($0, .file(path: file.path)) }, clock: clock
        ) { scene in
            for _ in 0..<6 {
                await scene.exporter.pollOnce()
                clock.advance(by: .milliseconds(9_900))
            }
            #expect(cloud.requestCount(.createToken) == 1)
            #expect(cloud.requestCount(.listEndpoints) == 0)
            #expect(scene.page().failures(of: "workspace-0") == ["credentials": "6"])
            #expect(scene.page().value("dataarts_fabric_source_locked_out") == "1")
            #expect(scene.page().value("dataarts_fabric_source_next_probe_timestamp_seconds") == "1800000060")
            try file.replace(Self.password)
            await scene.exporter.pollOnce()
            #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
            #expect(scene.page().value("dataarts_fabric_source_locked_out") == "0")
            #expect(!cloud.identity.isLocked("exporter", at: clock.wallMicroseconds))
        }
    }

    @Test("Unreachable IAM fails with reason credentials")
    func unreachable() async throws {
        let clock = ManualClock()
        try await Scene.run(
            Self.cloud(workspaces: 1, clock: clock), authAt: { _ in Self.auth("http://127.0.0.1:1") }, clock: clock
        ) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.page().failures(of: "workspace-0") == ["credentials": "1"])
            #expect(scene.page().value("dataarts_fabric_source_locked_out") == "0")
        }
    }
}
