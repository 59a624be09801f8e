// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Access keys", .serialized, .timeLimit(.minutes(5)))
struct ExporterAccessKeyTests {
    private static let secret = "exampleSecretKey/0123456789+abcdefghijklm"
    private static let sessionToken = "gQpjbi1ub3J0aC00EXAMPLESECURITYTOKENaGVsbG8gd29ybGQ="
    private static let project = "0605767ac280d5762f8cc01ab2b4ba1d"

    private static func cloud(workspaces: Int = 3, securityToken: String? = nil) -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 4, workspaces: workspaces, endpointsEach: 3)
        cloud.updateIdentity { $0.keys["EXAMPLEAK"] = .init(secret: secret, securityToken: securityToken) }
        return cloud
    }

    private static func key(
        _ url: String, secret: SecretSource = .value(Secret(secret)), securityToken: String? = nil,
        projectID: String? = nil
    ) -> AuthSettings {
        .accessKey(
            AccessKeySettings(
                id: "EXAMPLEAK", secret: secret, securityToken: securityToken.map { .value(Secret($0)) },
                projectID: projectID, iamURL: url))
    }

    @Test("Signed requests succeed with and without a project id and security token")
    func pass() async throws {
        for (projectID, token) in [(project, nil), (nil, nil), (project, Self.sessionToken), (nil, Self.sessionToken)]
            as [(String?, String?)]
        {
            let cloud = Self.cloud(securityToken: token)
            try await Scene.run(
                cloud, authAt: { Self.key($0, securityToken: token, projectID: projectID) }
            ) { scene in
                await scene.exporter.pollOnce()
                await scene.exporter.pollOnce()
                #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
                #expect(cloud.requestCount(.listEndpoints) == 6)
                #expect(cloud.requestCount(.listProjects) == (projectID == nil ? 1 : 0))
                let looked = scene.page().value("dataarts_fabric_api_requests_total", "list_projects", "200")
                #expect(looked == (projectID == nil ? "1" : nil))
            }
        }
    }

    private let project = Self.project

    @Test(
        "Filters with special characters are signed as sent",
        arguments: ["推理端点-测试_1", "a b", "a+b", "a&b=c", "100%", "a%20b", "~*'()!", "é#?/\\"])
    func filters(name: String) async throws {
        let cloud = Self.cloud(workspaces: 1)
        let filter = EndpointFilter(type: "inference", visibility: "ALL", name: name)
        try await Scene.run(cloud, authAt: { Self.key($0, projectID: Self.project) }, filter: filter) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
        }
    }

    @Test("A wrong key costs few requests for 40 workspaces, and a correct key in the file recovers all of them")
    func wrongKeys() async throws {
        for projectID in [Self.project, nil] {
            let file = try TemporaryFile("wrongSecretKey/0123456789")
            defer { file.remove() }
            let cloud = Self.cloud(workspaces: 40)
            let clock = ManualClock(wallSeconds: 1_800_000_000)
            cloud.setClock { clock.wallMicroseconds }
            try await Scene.run(
                cloud, poll: { $0.interval = .seconds(10) },
                authAt: { Self.key($0, secret: .file(path: file.path), projectID: projectID) }, clock: clock
            ) { scene in
                for _ in 0..<6 {
                    await scene.exporter.pollOnce()
                    clock.advance(by: .milliseconds(9_900))
                }
                let requests = cloud.requestCount(.listEndpoints) + cloud.requestCount(.listProjects)
                #expect((1...3).contains(requests))
                #expect(!cloud.identity.isLocked("EXAMPLEAK", at: clock.wallMicroseconds))
                #expect(scene.exporter.failing.count == 40)
                let reason = projectID == nil ? "credentials" : "unauthenticated"
                #expect(scene.page().failures(of: "workspace-0") == [reason: "6"])
                #expect(scene.page().value("dataarts_fabric_source_locked_out") == "1")
                try file.replace(Self.secret)
                await scene.exporter.pollOnce()
                #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
                #expect(scene.page().value("dataarts_fabric_source_locked_out") == "0")
            }
        }
    }
}
