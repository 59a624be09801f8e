// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Compute pools in addition to endpoints", .timeLimit(.minutes(3)))
struct ExporterPoolsTests {
    private static let up = "dataarts_fabric_workspace_up"
    private static let utilization = "dataarts_fabric_pool_utilization_ratio"

    private static func pool(_ number: Int, status: String = "RUNNING", hasNPU: Bool = false) -> SimulatedPool {
        var pool = SimulatedPool(
            id: .string("p\(number)"), name: .string("pool-\(number)"), chargeMode: "postPaid",
            capacity: .array(
                [SimulatedPool.capacity("CPU", 64, specCode: "c1")]
                    + (hasNPU ? [SimulatedPool.capacity("NPU", 8, specCode: "n1")] : [])),
            status: .string(status), createTime: "2025-05-30T12:24:30.401Z", updateTime: "2025-05-30T12:24:30.401Z")
        // Points without an integer time are in every window; these have the time of the test.
        let now = SystemClock().wallMicroseconds / 1_000_000
        for metric in ["CPU", "MEM", "NPU"] {
            pool.utilization[metric] = [30, 90, 10].enumerated().map { index, percent in
                SimulatedPool.Point(time: .int(Int(now) - 60 * [2, 0, 1][index]), value: .int(percent))
            }
        }
        pool.allocatable = [SimulatedPool.allocatable("CPU", 1_500, of: 64_000, specCode: "c1")]
        return pool
    }

    /// Runs `body` with an exporter of one workspace, from which a source of v1 and one of v2 with pools are polled.
    private static func run(_ pools: [SimulatedPool], _ body: (Scene) async throws -> Void) async throws {
        let cloud = Scene.cloud(seed: 6, workspaces: 1, endpointsEach: 3)
        cloud.updateWorkspace(cloud.workspaces[0].id) { $0.pools = pools }
        try await Scene.run(cloud) { scene in
            var configuration = scene.configuration
            var lake = configuration.sources[0]
            (lake.name, lake.api) = ("lake", .v2)
            lake.collect.pools = .init(interval: .seconds(60))
            configuration.sources.append(lake)
            try await scene.exporter.apply(configuration)
            try await body(scene)
        }
    }

    /// Returns the nonzero numbers of failed queries, as `query reason value`.
    private static func failures(_ page: ScenePage) -> [String] {
        page.lines.filter { $0.hasPrefix("dataarts_fabric_pool_query_failures_total{") && !$0.hasSuffix(" 0") }
            .map { line in
                let values = line.split(separator: "\"")
                return "\(values[3]) \(values[5]) \(line.split(separator: " ").last ?? "")"
            }
    }

    @Test(arguments: [0, 1, 100, 101])
    func `Lists of any length are read, and the use of each running pool`(_ count: Int) async throws {
        let pools = (0..<count).map { Self.pool($0, status: $0 % 10 == 9 ? "SCALEIN" : "RUNNING", hasNPU: $0 == 0) }
        try await Self.run(pools) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            let running = count - count / 10
            #expect(page.value(Self.up, #"listing="pools""#) == "1")
            #expect(
                page.value("dataarts_fabric_pools", #"status="RUNNING""#) == (count == 0 ? nil : "\(running)"))
            let values = page.lines.filter { $0.hasPrefix(Self.utilization + "{") }
            #expect(values.count == 2 * running + (count > 0 ? 1 : 0))
            #expect(values.allSatisfy { $0.hasSuffix(" 0.9") && $0.contains(#"source="lake""#) })
            let left = page.lines.filter { $0.hasPrefix("dataarts_fabric_pool_allocatable{") }
            #expect(left.count == running && left.allSatisfy { $0.hasSuffix(" 1.5") })
            #expect(Self.failures(page) == [])
            #expect(scene.cloud.requestCount(.showEndpointLimit) == running)
            #expect(scene.cloud.requestCount(.showPoolMetrics) == values.count)
        }
    }

    @Test func `A source that does not collect pools has no request and no series of them`() async throws {
        let cloud = Scene.cloud(seed: 6, workspaces: 1, endpointsEach: 3)
        cloud.updateWorkspace(cloud.workspaces[0].id) { $0.pools = [Self.pool(1)] }
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            #expect(!scene.page().lines.contains { $0.contains("_pool") })
            #expect(cloud.requestCount(.listPools) == 0)
        }
    }

    @Test func `A forbidden list leaves endpoints alone, and nothing is queried`() async throws {
        try await Self.run([Self.pool(1)]) { scene in
            scene.cloud.updateWorkspace(scene.cloud.workspaces[0].id) { $0.forbidsPools = true }
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(page.value(Self.up, #"source="lake""#, #"listing="pools""#) == "0")
            #expect(page.value(Self.up, #"source="lake""#, #"listing="endpoints""#) == "1")
            #expect(!page.lines.contains { $0.hasPrefix("dataarts_fabric_pool_info") })
            #expect(scene.cloud.requestCount(.showPoolMetrics) + scene.cloud.requestCount(.showEndpointLimit) == 0)
        }
    }

    @Test(arguments: [
        (Fault.status(403, body: []), "forbidden"), (.status(500, body: []), "server"), (.html200, "response"),
        (.rejected, "unauthenticated"),
    ])
    func `A failing query costs only its values, and they return with it`(_ fault: Fault, _ reason: String) async throws
    {
        try await Self.run([Self.pool(1), Self.pool(2)]) { scene in
            scene.cloud.inject(fault, times: 1, for: .operation(.showEndpointLimit))
            await scene.exporter.pollOnce()
            let page = scene.page()
            let isRejected = reason == "unauthenticated"
            #expect(page.value(Self.up, #"source="lake""#, #"listing="pools""#) == "1")
            #expect(page.value(Self.up, #"source="lake""#, #"listing="endpoints""#) == "1")
            #expect(page.lines.count { $0.hasPrefix("dataarts_fabric_pool_info{") } == 2)
            #expect(page.lines.count { $0.hasPrefix("dataarts_fabric_pool_allocatable{") } == (isRejected ? 0 : 1))
            #expect(page.lines.count { $0.hasPrefix(Self.utilization + "{") } == (isRejected ? 0 : 4))
            #expect(
                Self.failures(page)
                    == ["allocatable \(reason) \(isRejected ? 2 : 1)"] + (isRejected ? ["utilization \(reason) 4"] : [])
            )
            await scene.exporter.pollOnce()
            let next = scene.page()
            #expect(next.lines.count { $0.hasPrefix("dataarts_fabric_pool_allocatable{") } == 2)
            #expect(next.lines.count { $0.hasPrefix(Self.utilization + "{") } == 4)
            #expect(Self.failures(next) == Self.failures(page))
        }
    }

    @Test func `The use of a pool is absent while its queries fail, not that of the last poll`() async throws {
        try await Self.run([Self.pool(1)]) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.page().lines.contains { $0.hasPrefix(Self.utilization + "{") })
            scene.cloud.inject(.status(500, body: []), times: 2, for: .operation(.showPoolMetrics))
            await scene.exporter.pollOnce()
            #expect(!scene.page().lines.contains { $0.hasPrefix(Self.utilization + "{") })
            #expect(Self.failures(scene.page()) == ["utilization server 2"])
        }
    }

    @Test func `A pool without data has no use, and is no failure`() async throws {
        var pool = Self.pool(1, hasNPU: true)
        pool.utilization["NPU"] = nil
        try await Self.run([pool]) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(page.lines.count { $0.hasPrefix(Self.utilization + "{") } == 2)
            #expect(Self.failures(page) == [])
            #expect(scene.cloud.requestCount(.showPoolMetrics) == 3)
        }
    }
}
