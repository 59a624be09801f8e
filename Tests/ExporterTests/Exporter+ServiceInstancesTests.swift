// SPDX-License-Identifier: Apache-2.0
import Config
import Fabric
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Service instances in addition to endpoints", .timeLimit(.minutes(3)))
struct ExporterServiceInstancesTests {
    private static let up = "dataarts_fabric_workspace_up"

    private static func cloud(instances: Int = 7) -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 3, workspaces: 2, endpointsEach: 20)
        let data = SeededData(seed: 3)
        for (index, workspace) in cloud.workspaces.enumerated() {
            cloud.updateWorkspace(workspace.id) {
                $0.serviceInstances = data.serviceInstances(instances, workspace: index)
            }
        }
        return cloud
    }

    /// Returns the lines of a listing's health and the lines of endpoints that no other listing may change.
    private static func endpointLines(_ page: ScenePage) -> [String] {
        page.lines.filter { line in
            line.hasPrefix("dataarts_fabric_endpoint") || line.hasPrefix("dataarts_fabric_mu")
                || line.hasPrefix("dataarts_fabric_dpu") || line.hasPrefix("dataarts_fabric_apu")
                || line.hasPrefix(up + "{") && line.contains(#"listing="endpoints""#)
        }
    }

    private static func isUp(_ page: ScenePage, _ listing: String, _ workspace: String = "workspace-0") -> Bool {
        page.value(up, "workspace=\"\(workspace)\"", "listing=\"\(listing)\"") == "1"
    }

    @Test(arguments: [0, 1, 7, 100, 101, 333])
    func `Lists of any length are complete`(_ count: Int) async throws {
        let cloud = Self.cloud(instances: count)
        try await Scene.run(cloud, collectsServices: true) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(Self.isUp(page, "service_instances") && Self.isUp(page, "endpoints"))
            #expect(
                page.value(
                    "dataarts_fabric_workspace_listed_records", #"workspace="workspace-0""#,
                    #"listing="service_instances""#) == "\(count)")
            let sum = page.lines.filter {
                $0.hasPrefix("dataarts_fabric_service_instances{") && $0.contains(#"workspace="workspace-0""#)
            }.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
            #expect(sum == count)
        }
    }

    @Test func `A source that collects nothing requests only endpoints and has no series of services`() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            #expect(!scene.page().lines.contains { $0.contains("service_instance") })
            #expect(cloud.requestCount(.listServiceInstances) == 0)
        }
    }

    @Test(arguments: [
        Fault.status(403, body: [], headers: []), .reset, .rawBody(Array("{}".utf8)), .html200, .rejected,
        .status(500, body: [], headers: []),
    ])
    func `A failing list of services does not change endpoints, and recovers`(_ fault: Fault) async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud, collectsServices: true) { scene in
            await scene.exporter.pollOnce()
            let before = scene.page()
            let endpoints = Self.endpointLines(before)
            cloud.inject(fault, for: .operation(.listServiceInstances))
            for _ in 0..<3 {
                await scene.exporter.pollOnce()
                let page = scene.page()
                #expect(Self.endpointLines(page) == endpoints)
                #expect(!Self.isUp(page, "service_instances"))
                // A failed poll changes no series of the last complete list.
                #expect(
                    page.lines.filter { $0.hasPrefix("dataarts_fabric_service_instances{") }
                        == before.lines.filter { $0.hasPrefix("dataarts_fabric_service_instances{") })
            }
            #expect(scene.page().value("dataarts_fabric_source_locked_out") == "0")
            cloud.clearFaults(ofOperation: .listServiceInstances)
            await scene.exporter.pollOnce()
            #expect(Self.isUp(scene.page(), "service_instances"))
        }
    }

    @Test func `A hanging list of services does not delay endpoints`() async throws {
        let cloud = Self.cloud()
        cloud.inject(.hang, for: .operation(.listServiceInstances))
        try await Scene.run(
            cloud,
            poll: {
                $0.timeout = .seconds(2)
                $0.concurrency = 2
            }, collectsServices: true
        ) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(Self.isUp(page, "endpoints") && Self.isUp(page, "endpoints", "workspace-1"))
            #expect(
                page.value(
                    "dataarts_fabric_workspace_poll_failures_total", #"workspace="workspace-0""#,
                    #"listing="service_instances""#, #"reason="timeout""#) == "1")
        }
    }

    @Test func `A throttled list of services pauses the source, and ends`() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud, collectsServices: true) { scene in
            cloud.inject(.throttled(retryAfter: 1), for: .operation(.listServiceInstances))
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(Self.isUp(page, "endpoints") && Self.isUp(page, "endpoints", "workspace-1"))
            #expect(!Self.isUp(page, "service_instances") && !Self.isUp(page, "service_instances", "workspace-1"))
            cloud.clearFaults(ofOperation: .listServiceInstances)
            await scene.exporter.pollOnce()
            #expect(Self.isUp(scene.page(), "service_instances"))
        }
    }

    @Test func `Stale services are not exported; endpoints are`() async throws {
        let cloud = Self.cloud()
        let clock = ManualClock()
        try await Scene.run(cloud, collectsServices: true, clock: clock) { scene in
            await scene.exporter.pollOnce()
            cloud.inject(.status(500, body: [], headers: []), for: .operation(.listServiceInstances))
            clock.advance(by: .seconds(200))
            await scene.exporter.pollOnce()
            func isServed(_ family: String) -> Bool { scene.page().lines.contains { $0.hasPrefix(family + "{") } }
            #expect(isServed("dataarts_fabric_service_instances"))
            clock.advance(by: .seconds(150))
            #expect(!isServed("dataarts_fabric_service_instances") && isServed("dataarts_fabric_endpoints"))
            cloud.clearFaults(ofOperation: .listServiceInstances)
            await scene.exporter.pollOnce()
            #expect(isServed("dataarts_fabric_service_instances"))
        }
    }

    @Test func `A missing permission concerns only its listing`() async throws {
        let cloud = Self.cloud()
        cloud.updateWorkspace(cloud.workspaces[0].id) { $0.forbidsServiceInstances = true }
        try await Scene.run(cloud, collectsServices: true) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(Self.isUp(page, "endpoints") && !Self.isUp(page, "service_instances"))
            #expect(Self.isUp(page, "service_instances", "workspace-1"))
            #expect(
                page.value(
                    "dataarts_fabric_workspace_poll_failures_total", #"workspace="workspace-0""#,
                    #"listing="service_instances""#, #"reason="forbidden""#) == "1")
            cloud.updateWorkspace(cloud.workspaces[0].id) { $0.forbidsServiceInstances = false }
            await scene.exporter.pollOnce()
            #expect(Self.isUp(scene.page(), "service_instances"))
        }
    }

    @Test func `Removing the listing ends its series; endpoints are not polled again`() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud, collectsServices: true) { scene in
            await scene.exporter.pollOnce()
            let endpoints = Self.endpointLines(scene.page())
            let requests = cloud.requestCount(.listEndpoints)
            var configuration = scene.configuration
            configuration.sources[0].collect = CollectSettings()
            try await scene.exporter.apply(configuration)
            #expect(!scene.page().lines.contains { $0.contains("service_instance") && !$0.contains("operation=") })
            #expect(Self.endpointLines(scene.page()) == endpoints)
            try await scene.exporter.apply(scene.configuration)
            await scene.exporter.pollOnce()
            #expect(Self.isUp(scene.page(), "service_instances"))
            #expect(cloud.requestCount(.listEndpoints) == 2 * requests)
        }
    }
}
