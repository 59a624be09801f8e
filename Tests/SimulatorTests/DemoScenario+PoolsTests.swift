// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Simulator

@Suite struct DemoScenarioPoolsTests {
    private static let start: Int64 = 1_750_000_000

    private static func workspace(_ scenario: DemoScenario) throws -> SimulatedWorkspace {
        try #require(scenario.sources.flatMap(\.cloud.workspaces).first { $0.name == "lakehouse" })
    }

    /// Returns the newest value of a metric in percent, and its time.
    private static func newest(_ pool: SimulatedPool, _ metric: String) throws -> (percent: Double, time: Int) {
        let points = try #require(pool.utilization[metric])
        let newest = try #require(points.max { ($0.time?.number ?? 0) < ($1.time?.number ?? 0) })
        return (try #require(Double(newest.value?.text ?? "")), try #require(newest.time?.number))
    }

    @Test func `The pools have every status that matters, and their endpoints`() throws {
        let workspace = try Self.workspace(DemoScenario(startSeconds: Self.start))
        let statuses = workspace.pools.compactMap(\.status?.string)
        #expect(statuses == ["RUNNING", "RUNNING", "RUNNING", "FAILED", "FREEZING", "SCALEOUT"])
        #expect(Set(workspace.pools.compactMap { $0.chargeMode?.string }) == ["prePaid", "postPaid"])
        #expect(Set(workspace.pools.compactMap { $0.id?.string }).count == 6)
        #expect(workspace.pools.allSatisfy { ($0.error != nil) == ($0.status == "FAILED") })
        let used = Set(workspace.endpointsV2.compactMap { $0.computeID?.string })
        #expect(used == [workspace.pools[0].id?.string])
    }

    @Test func `What the endpoints reserve is not allocatable`() throws {
        let workspace = try Self.workspace(DemoScenario(startSeconds: Self.start))
        let text = JSONValue.array(workspace.endpointsV2.compactMap(\.capacity)).text
        func sum(_ type: String) -> Int {
            text.matches(of: #/"type":"(\w+)","minimum_capacity":(\d+)/#).filter { $0.1 == type }
                .reduce(0) { $0 + (Int($1.2) ?? 0) }
        }
        let pool = workspace.pools[0]
        #expect(pool.allocatable[0]["compute_allocatable", "cpu"]?.number == 1_000 * (256 - sum("CPU")))
        #expect(pool.allocatable[0]["compute_size", "cpu"]?.number == 256_000)
        #expect(pool.allocatable[1]["compute_allocatable", "accelerator"]?.number == 16 - sum("NPU"))
        #expect(workspace.pools[2].allocatable[0]["compute_allocatable", "cpu"]?.number == 0)
    }

    @Test func `Utilization changes every minute, stays in its range and is never of the future`() throws {
        let scenario = DemoScenario(startSeconds: Self.start)
        var seen: [String: Set<Double>] = [:]
        for second in stride(from: 0, through: 7_200, by: 60) {
            scenario.advance(to: second)
            let now = Int(Self.start) + second
            for pool in try Self.workspace(scenario).pools {
                let name = pool.name?.string ?? ""
                for metric in pool.utilization.keys {
                    let (percent, time) = try Self.newest(pool, metric)
                    #expect((0...100).contains(percent) && (now - 120...now - 60).contains(time) && time % 60 == 0)
                    seen["\(name) \(metric)", default: []].insert(percent)
                }
            }
        }
        let expected: [String: ClosedRange<Double>] = [
            "production CPU": 50...75, "production MEM": 55...85, "production NPU": 48...66, "reporting CPU": 5...9,
            "reporting MEM": 20...32, "experiments CPU": 70...100, "experiments MEM": 70...100,
            "quarterly-close CPU": 60...82, "quarterly-close MEM": 62...90,
        ]
        #expect(Set(seen.keys) == Set(expected.keys))
        for (name, range) in expected {
            let values = seen[name] ?? []
            #expect(values.allSatisfy(range.contains), "\(name): \(values)")
            // The values of two hours: many different ones, and far from constant.
            #expect(values.count >= 6 && (values.max() ?? 0) > 1.1 * (values.min() ?? 0), "\(name): \(values)")
        }
    }

    @Test func `Points of the past do not change`() throws {
        let scenario = DemoScenario(startSeconds: Self.start)
        let before = try Self.newest(Self.workspace(scenario).pools[0], "CPU")
        scenario.advance(to: 600)
        let points = try Self.workspace(scenario).pools[0].utilization["CPU"] ?? []
        #expect(points.count == 20)
        let same = try #require(points.first { $0.time?.number == before.time })
        #expect(Double(same.value?.text ?? "") == before.percent)
    }
}
