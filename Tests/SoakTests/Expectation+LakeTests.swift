// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@testable import fabric_soak

@Suite("Expected endpoints of API v2")
struct ExpectationLakeTests {
    private static var row: SimulatedEndpointV2 {
        var row = SimulatedEndpointV2(
            id: "e", name: "n", type: "SparkSql", status: "UPDATING",
            capacity: [SimulatedEndpointV2.capacity("CPU", minimum: 4, maximum: 16, specCode: "c4")],
            resourceType: "RESERVED", createTime: "2023-05-30T12:24:30.401Z", updateTime: "2023-05-30T13:24:30.000Z",
            computeID: "p", error: ["error_code": "E.1"])
        row.displayName = "湖"
        row.creator = ["user_name": "lin", "user_id": "u"]
        return row
    }

    private static let endpoint = [
        ("endpoint_id", "e"), ("endpoint_name", "湖"), ("endpoint_type", "SparkSql"),
    ]

    private static func key(_ name: String, _ labels: [(String, String?)]) -> String {
        SeriesKey.text("dataarts_fabric_" + name, labels)
    }

    private static func capacity(_ family: String, _ resource: String, _ mode: String?, _ spec: String?) -> String {
        key(
            "endpoint_capacity_" + family,
            [
                ("endpoint_type", "SparkSql"), ("status", "UPDATING"), ("resource", resource), ("resource_mode", mode),
                ("spec_code", spec),
            ])
    }

    private static let malformed = key("workspace_malformed_fields", [("listing", "endpoints")])
    private static let since = key("endpoint_status_since_timestamp_seconds", endpoint + [("status", "UPDATING")])
    private static let oldest = key(
        "endpoint_oldest_transition_timestamp_seconds", [("endpoint_type", "SparkSql"), ("status", "UPDATING")])

    /// Returns the correct page of a workspace with one row.
    private static var page: [String: String] {
        var page = Expectation(lake: [row]).exact
        page[since] = "1685453070"
        page[oldest] = "1685453070"
        return page
    }

    private static func difference(_ page: [String: String], lie: String? = nil) -> [String]? {
        var workspace = SimulatedWorkspace(id: "w", name: "w")
        workspace.endpointsV2 = [row]
        let history = History(lyingAbout: nil, lake: lie)
        history.note(workspace, isLake: true)
        return history.difference(of: "w", page: page, start: 0, end: .max)
    }

    @Test func `The correct page has all series and no difference`() {
        // Twelve counts, an error, two capacities, three series of details, a transition, five numbers of the listing.
        #expect(Self.page.count == 24 && Self.difference(Self.page) == nil)
        #expect(Self.page[Self.capacity("min", "cpu", "reserved", "c4")] == "4")
        #expect(Self.page[Self.capacity("max", "cpu", "reserved", "c4")] == "16")
        let info = Self.endpoint + [("owner", "lin"), ("owner_id", "u"), ("pool_id", "p")]
        #expect(Self.page[Self.key("endpoint_info", info)] == "1")
        let failed = Self.endpoint + [("status", "UPDATING"), ("error_code", "E.1")]
        #expect(Self.page[Self.key("endpoint_error", failed)] == "1")
        #expect(!Self.page.keys.contains { $0.contains("visibility") || $0.contains("INACTIVE") })
    }

    @Test func `A number off by one, a missing series and an additional series are differences`() throws {
        for (key, value) in Self.page {
            var page = Self.page
            page[key] = String(try #require(Int(value)) + 1)
            #expect(Self.difference(page)?.count == 1, "\(key)")
            page[key] = nil
            #expect(Self.difference(page)?.count == 1, "\(key)")
        }
        let visible = Self.key("endpoints", [("endpoint_type", "SparkSql"), ("visibility", "PRIVATE")])
        #expect(Self.difference(Self.page.merging([visible: "0"]) { $1 })?.count == 1)
    }

    @Test func `--lie makes one capacity wrong`() {
        let key = Self.capacity("max", "cpu", "reserved", "c4")
        #expect(Self.difference(Self.page, lie: "w") == ["\(key) is 16, not 17"])
    }

    @Test func `Fields of a wrong type count as malformed and as absent`() {
        var row = Self.row
        (row.description, row.resourceType, row.computeID, row.creator) = (true, true, 7, "lin")
        row.error = ["error_code": 7, "error_msg": 7]
        row.capacity = [["type": 7, "minimum_capacity": "4", "maximum_capacity": .raw("1.5"), "spec_code": true], 7]
        let page = Expectation(lake: [row]).exact
        #expect(page[Self.malformed] == "11")
        #expect(page[Self.capacity("max", "unknown", nil, nil)] == "0")
        #expect(page[Self.key("endpoint_info", Self.endpoint)] == "1")
    }

    @Test func `Absent, null and empty fields are the same, and count as no malformed field`() {
        var row = Self.row
        (row.displayName, row.creator, row.error, row.computeID) = ("", .null, .null, "")
        row.capacity = [["minimum_capacity": .raw("2.0"), "maximum_capacity": .null], .null, .object([])]
        let page = Expectation(lake: [row]).exact
        #expect(page[Self.malformed] == "0")
        #expect(page[Self.capacity("min", "unknown", "reserved", nil)] == "2")
        #expect(page[Self.capacity("max", "unknown", "reserved", nil)] == "2")
    }

    @Test func `A row without a usable id is skipped, and its malformed fields count`() {
        var rows = [Self.row, Self.row, Self.row]
        (rows[0].id, rows[1].id, rows[2].id, rows[2].name) = (nil, "", 7, 8)
        let page = Expectation(lake: rows).exact
        #expect(page.count == 5 && page[Self.malformed] == "2")
        #expect(page[Self.key("workspace_skipped_records", [("listing", "endpoints")])] == "3")
    }

    @Test func `Generated rows have every kind of odd value`() throws {
        var generator = DataGenerator(random: SoakRandom(seed: 1))
        generator.hasImplausibleTimes = true
        let rows = (0..<20).flatMap { generator.lakeWorkspace($0).endpointsV2 }
        let page = Expectation(lake: rows).exact
        #expect(try #require(page[Self.malformed].flatMap { Int($0) }) > 50)
        for text in [
            "resource=unknown", "resource=处理器 a", "resource=fpga", "status=REBALANCING", "endpoint_type=unknown",
        ] {
            #expect(page.keys.contains { $0.contains(text) }, "\(text)")
        }
    }
}
