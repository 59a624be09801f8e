// SPDX-License-Identifier: Apache-2.0
import Config
import Fabric
import Simulator
import Testing

@testable import Exporter

@Suite("Listings over HTTP", .serialized, .timeLimit(.minutes(5)))
struct ExporterListingTests {
    @Test(
        "Every endpoint is counted once for any number of pages",
        arguments: [0, 1, 10, 99, 100, 101, 199, 200, 357], [100, 7])
    func everyEndpoint(count: Int, pageSize: Int) async throws {
        let cloud = Scene.cloud(seed: 3, workspaces: 1, endpointsEach: count)
        try await Scene.run(
            cloud,
            poll: {
                $0.pageSize = pageSize; $0.requestsPerSecond = 0
            }
        ) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.page().value("dataarts_fabric_workspace_listed_records") == "\(count)")
            let counted = scene.page().lines.filter { $0.hasPrefix("dataarts_fabric_endpoints{") }
                .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
            #expect(counted.reduce(0, +) == count)
            let pages = count == 0 ? 1 : 1 + (count - 1) / (pageSize - 1)
            #expect(cloud.requestCount(.listEndpoints) == pages)
        }
    }

    @Test("A list that is longer than its total is exported completely")
    func longerThanTotal() async throws {
        let cloud = Scene.cloud(seed: 3, workspaces: 1, endpointsEach: 230)
        try await Scene.run(cloud) { scene in
            cloud.inject(.totalLies(100))
            await scene.exporter.pollOnce()
            #expect(scene.page().value("dataarts_fabric_workspace_listed_records") == "230")
            #expect(cloud.requestCount(.listEndpoints) == 4)
        }
    }

    @Test("Counts by type, status and visibility match the simulator's data")
    func independentCount() async throws {
        let cloud = Scene.cloud(seed: 5, workspaces: 3, endpointsEach: 200)
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            var expected: [String: Int] = [:]
            for workspace in cloud.workspaces {
                for endpoint in workspace.endpoints where !endpoint.isOthers {
                    let labels = [
                        workspace.name?.string ?? "", endpoint.type?.string ?? "unknown",
                        endpoint.status?.string ?? "UNKNOWN", endpoint.visibility?.string ?? "PRIVATE",
                    ]
                    expected[labels.joined(separator: "/"), default: 0] += 1
                }
            }
            var actual: [String: Int] = [:]
            for line in scene.page().lines where line.hasPrefix("dataarts_fabric_endpoints{") && !line.hasSuffix(" 0") {
                let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
                let labels = [parts[5], parts[7], parts[9], parts[11]].joined(separator: "/")
                actual[labels] = line.split(separator: " ").last.flatMap { Int($0) }
            }
            #expect(actual == expected)
        }
    }

    @Test("Changes are exported after the next poll, and removed endpoints count zero")
    func change() async throws {
        var endpoint = SimulatedEndpoint(id: "0b5633ba2b904511ad514346f4d00001", type: "sql", status: "CREATING")
        endpoint.createTime = "2023-05-30T12:24:30.401Z"
        let cloud = SimulatedCloud(workspaces: [SimulatedWorkspace(id: "w", name: "one", endpoints: [endpoint])])
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            let oldest = "dataarts_fabric_endpoint_oldest_transition_timestamp_seconds"
            #expect(scene.page().value(oldest, "status=\"CREATING\"") == "1685449470.401")
            cloud.updateEndpoint("0b5633ba2b904511ad514346f4d00001", in: "w") { $0.status = "RUNNING" }
            await scene.exporter.pollOnce()
            #expect(scene.page().value(oldest) == nil)
            #expect(scene.page().value("dataarts_fabric_endpoints", "status=\"RUNNING\"") == "1")
            cloud.removeEndpoint("0b5633ba2b904511ad514346f4d00001", from: "w")
            await scene.exporter.pollOnce()
            #expect(scene.page().value("dataarts_fabric_endpoints", "status=\"RUNNING\"") == "0")
        }
    }
}
