// SPDX-License-Identifier: Apache-2.0
import Config
import Fabric
import Glibc
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Tokens", .serialized, .timeLimit(.minutes(5)))
struct ExporterTokenTests {
    private static func cloud() -> SimulatedCloud {
        Scene.cloud(seed: 2, workspaces: 5, endpointsEach: 3)
    }

    @Test("A rotated token file is used at the next poll, and at once after a 401")
    func rotation() async throws {
        let file = try TemporaryFile("simulated-token\n")
        defer { file.remove() }
        let cloud = Self.cloud()
        try await Scene.run(cloud, auth: .token(.file(path: file.path))) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
            cloud.tokens = ["rotated"]
            try file.replace("rotated\n")
            await scene.exporter.pollOnce()
            #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
        }
    }

    @Test("After a rejected token the source sends no more requests, and every workspace has the reason")
    func lockOut() async throws {
        let cloud = Self.cloud()
        cloud.tokens = ["another"]
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            let requests = cloud.requestCount(.listEndpoints)
            #expect(requests <= 5)
            #expect(scene.exporter.failing.count == 5)
            #expect(scene.page().value("dataarts_fabric_source_locked_out") == "1")
            #expect(scene.page().value("dataarts_fabric_source_next_probe_timestamp_seconds") != nil)
            await scene.exporter.pollOnce()
            #expect(cloud.requestCount(.listEndpoints) == requests)
            #expect(scene.page().failures(of: "workspace-4") == ["unauthenticated": "2"])
        }
    }

    @Test("A missing token file fails with reason credentials without a request")
    func missingFile() async throws {
        let file = try TemporaryFile("simulated-token")
        let cloud = Self.cloud()
        try await Scene.run(cloud, auth: .token(.file(path: file.path))) { scene in
            file.remove()
            await scene.exporter.pollOnce()
            #expect(scene.page().failures(of: "workspace-0") == ["credentials": "1"])
            #expect(cloud.requestCount(.listEndpoints) == 0)
        }
    }
}
