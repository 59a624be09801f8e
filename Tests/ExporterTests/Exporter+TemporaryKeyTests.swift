// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Polling
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Temporary keys", .serialized, .timeLimit(.minutes(5)))
struct ExporterTemporaryKeyTests {
    private static func cloud(clock: ManualClock, life: Int64 = 86_400) -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 6, workspaces: 5, endpointsEach: 3)
        cloud.tokens = []
        cloud.setClock { clock.wallMicroseconds }
        cloud.updateIdentity {
            $0.life = life
            $0.users = [(domain: "acme", name: "exporter", password: "Sup3r$ecret")]
            $0.keys["EXAMPLEAK"] = .init(secret: "exampleSecretKey/0123456789")
            $0.agencies = ["monitoring"]
        }
        return cloud
    }

    private static func metadata(_ url: String) -> AuthSettings {
        var settings = MetadataSettings()
        settings.url = url
        settings.iamURL = url
        return .metadata(settings)
    }

    @Test("A machine's keys are used with a session token, or without if the service doesn't support it")
    func metadata() async throws {
        for status in [nil, 404, 405, 503] {
            let clock = ManualClock()
            let cloud = Self.cloud(clock: clock)
            cloud.updateIdentity { $0.sessionTokenStatus = status }
            try await Scene.run(cloud, authAt: Self.metadata, clock: clock) { scene in
                await scene.exporter.pollOnce()
                #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
                #expect(cloud.requestCount(.metadataToken) == 1)
                #expect(cloud.requestCount(.metadataKey) == 1)
                #expect(cloud.requestCount(.listProjects) == 1)
                let expiry = scene.page().value("dataarts_fabric_credential_expiry_timestamp_seconds")
                #expect(expiry == "1800086400")
            }
        }
    }

    @Test("The metadata service is accessed without a proxy")
    func noProxy() async throws {
        let clock = ManualClock()
        let cloud = Self.cloud(clock: clock)
        // An unreachable proxy for IAM and Fabric.
        try await Scene.run(cloud, authAt: Self.metadata, proxyURL: "http://127.0.0.1:1", clock: clock) { scene in
            await scene.exporter.pollOnce()
            #expect(cloud.requestCount(.metadataKey) == 1)
            #expect(cloud.requestCount(.listProjects) == 0)
            #expect(scene.page().failures(of: "workspace-0") == ["credentials": "1"])
        }
    }

    @Test("Without an agency the metadata service is not queried again within a minute")
    func noAgency() async throws {
        let clock = ManualClock()
        let cloud = Self.cloud(clock: clock)
        cloud.updateIdentity { $0.hasMachineAgency = false }
        try await Scene.run(cloud, authAt: Self.metadata, clock: clock) { scene in
            await scene.exporter.pollOnce()
            await scene.exporter.pollOnce()
            #expect(cloud.requestCount(.metadataKey) == 1)
            #expect(scene.page().failures(of: "workspace-0") == ["credentials": "2"])
        }
    }

    @Test("Temporary keys are renewed before they expire")
    func renewal() async throws {
        let key = AccessKeySettings(id: "EXAMPLEAK", secret: .value(Secret("exampleSecretKey/0123456789")))
        for kind in ["metadata", "key", "user"] {
            let clock = ManualClock()
            let cloud = Self.cloud(clock: clock, life: 900)
            let agency = Agency(name: "monitoring", account: .name("delegating"))
            try await Scene.run(
                cloud,
                authAt: { url in
                    switch kind {
                    case "metadata": return Self.metadata(url)
                    case "key":
                        var key = key
                        key.iamURL = url
                        return .accessKey(key)
                    default:
                        return .password(
                            PasswordSettings(
                                iamURL: url, domain: "acme", user: "exporter", password: .value(Secret("Sup3r$ecret")),
                                project: .name("cn-north-4")))
                    }
                }, assumeAgency: kind == "metadata" ? nil : agency, clock: clock
            ) { scene in
                for minute in 0..<60 {
                    await scene.exporter.pollOnce()
                    #expect(
                        scene.exporter.failing.isEmpty,
                        "\(kind), minute \(minute): \(scene.page().failures(of: "workspace-0"))")
                    clock.advance(by: .seconds(60))
                }
                let issued = cloud.requestCount(.metadataKey) + cloud.requestCount(.createTemporaryKey)
                #expect((4...8).contains(issued), "\(kind)")
                #expect(cloud.requestCount(.listProjects) == 1)
                #expect(scene.page().value("dataarts_fabric_api_requests_total", "list_endpoints", "401") == nil)
            }
        }
    }

    @Test("An agency that cannot be assumed fails with reason credentials")
    func foreignAgency() async throws {
        let clock = ManualClock()
        let cloud = Self.cloud(clock: clock)
        let agency = Agency(name: "another", account: .id("d"))
        try await Scene.run(
            cloud,
            authAt: { url in
                .accessKey(
                    AccessKeySettings(
                        id: "EXAMPLEAK", secret: .value(Secret("exampleSecretKey/0123456789")), iamURL: url))
            }, assumeAgency: agency, clock: clock
        ) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.page().failures(of: "workspace-0") == ["credentials": "1"])
            #expect(cloud.requestCount(.createTemporaryKey) == 1)
            let credential = scene.exporter.statusReport().sources.first?.credential
            #expect(credential == .init(kind: .accessKey, assumesAgency: true))
        }
    }
}
