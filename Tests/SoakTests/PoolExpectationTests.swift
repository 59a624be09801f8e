// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@testable import fabric_soak

@Suite("Expected compute pools")
struct PoolExpectationTests {
    private static var pool: SimulatedPool {
        var pool = SimulatedPool(
            id: "p-1", name: "生产", chargeMode: "postPaid",
            capacity: [SimulatedPool.capacity("CPU", 64, specCode: "c4"), SimulatedPool.capacity("NPU", 8)],
            status: "RUNNING")
        pool.allocatable = [
            SimulatedPool.allocatable("CPU", 100, of: 64_000, specCode: "c4"),
            SimulatedPool.allocatable("CPU", 200, of: 64_000, specCode: "c4"),
            SimulatedPool.allocatable("NPU", 3, of: 8, specCode: "n8"),
        ]
        pool.utilization["CPU"] = [
            .init(time: 120, value: 37), .init(time: 60, value: 99), .init(time: 180, value: 1, name: "another"),
            .init(time: 240, value: .null),
        ]
        pool.utilization["GPU"] = [.init(time: 120, value: 5)]
        return pool
    }

    private static func key(_ name: String, _ labels: [(String, String?)]) -> String {
        SeriesKey.text("dataarts_fabric_" + name, labels)
    }

    private static let labels: [(String, String?)] = [("pool_id", "p-1"), ("pool", "生产")]
    private static let ratio = key("pool_utilization_ratio", labels + [("resource", "cpu")])
    private static let time = key("pool_utilization_timestamp_seconds", labels + [("resource", "cpu")])
    private static let cores = key("pool_allocatable", labels + [("resource", "cpu"), ("spec_code", "c4")])
    private static let cards = key("pool_allocatable", labels + [("resource", "npu"), ("spec_code", "n8")])
    private static let capacity = key("pool_capacity", labels + [("resource", "cpu"), ("spec_code", "c4")])

    /// The correct page of ``pool``.
    private static var page: [String: String] {
        PoolExpectation([pool]).list.mapValues(String.init)
            .merging([ratio: "0.37", time: "120", cores: "0.3", cards: "3"]) { $1 }
    }

    private static func compare(_ page: [String: String], _ states: [SimulatedPool]...) -> PoolExpectation.Comparison {
        PoolExpectation.compare(page, with: states.map { PoolExpectation($0) }, everSeen: [])
    }

    @Test func `The correct page has all series and no difference`() {
        let expectation = PoolExpectation([Self.pool])
        // Ten counts, the pool, two capacities, five numbers of the listing.
        #expect(expectation.list.count == 18 && expectation.list[Self.capacity] == 64)
        #expect(expectation.use == [Self.ratio: 0.37, Self.time: 120, Self.cores: 0.3, Self.cards: 3])
        let comparison = Self.compare(Self.page, [Self.pool])
        #expect(comparison.difference == [] && comparison.isComplete)
    }

    @Test func `A number off by one, a missing series of the list and an additional series are differences`() throws {
        for (key, value) in Self.page {
            var page = Self.page
            page[key] = String(try #require(Double(value)) + 1)
            #expect(Self.compare(page, [Self.pool]).difference.count == 1, "\(key)")
        }
        for key in PoolExpectation([Self.pool]).list.keys {
            var page = Self.page
            page[key] = nil
            #expect(Self.compare(page, [Self.pool]).difference.count == 1, "\(key)")
        }
        let more = Self.key("pools", [("charge_mode", "spot"), ("status", "RUNNING")])
        #expect(Self.compare(Self.page.merging([more: "0"]) { $1 }, [Self.pool]).difference.count == 1)
    }

    @Test func `Use may be missing, but the page is then not complete`() {
        for key in [Self.ratio, Self.time, Self.cores, Self.cards] {
            var page = Self.page
            page[key] = nil
            let comparison = Self.compare(page, [Self.pool])
            #expect(comparison.difference == [] && !comparison.isComplete)
        }
    }

    @Test func `Use may be of another state, but only of a running pool`() {
        var later = Self.pool
        later.utilization["CPU"] = [.init(time: 300, value: 50)]
        var page = Self.page
        (page[Self.ratio], page[Self.time]) = ("0.5", "300")
        #expect(Self.compare(page, [Self.pool], [later]).difference == [])
        #expect(Self.compare(page, [Self.pool]).difference.count == 2)
        var failed = Self.pool
        failed.status = "FAILED"
        let list = PoolExpectation([failed]).list.mapValues(String.init)
        #expect(Self.compare(list, [failed]).difference == [])
        #expect(Self.compare(list.merging([Self.ratio: "0.37"]) { $1 }, [Self.pool], [failed]).difference.count == 1)
    }

    @Test func `Fields of a wrong type count as malformed, and rows without an id are skipped`() {
        var pools = [Self.pool, Self.pool]
        (pools[0].name, pools[0].status, pools[0].capacity) = (7, true, [["type": 7, "capacity": "8"], "x"])
        pools[1].id = 7
        let list = PoolExpectation(pools).list
        #expect(list[Self.key("workspace_malformed_fields", [("listing", "pools")])] == 6)
        #expect(list[Self.key("workspace_skipped_records", [("listing", "pools")])] == 1)
        #expect(list[Self.key("pools", [("charge_mode", "postPaid"), ("status", "UNKNOWN")])] == 1)
    }

    @Test func `A lie makes one capacity wrong`() {
        var expectation = PoolExpectation([Self.pool])
        expectation.lie()
        let comparison = PoolExpectation.compare(Self.page, with: [expectation], everSeen: [])
        #expect(comparison.difference.count == 1 && comparison.difference[0].contains("pool_capacity"))
    }
}
