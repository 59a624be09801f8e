// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@testable import fabric_soak

@Suite("Expected service instances")
struct ExpectationServiceInstancesTests {
    private static let row = SimulatedServiceInstance(
        id: "s", name: "n", status: "FAILED", endpointID: "e", createTime: "2023-05-30T12:24:30.401Z",
        updateTime: "2023-05-30T13:24:30.000Z", errorCode: "F.1")

    private static let since = SeriesKey.text(
        "dataarts_fabric_service_instance_status_since_timestamp_seconds",
        [
            ("service_instance_id", "s"), ("service_instance_name", "n"), ("endpoint_id", "e"),
            ("service_type", "LLM_MODEL"), ("status", "FAILED"), ("visibility", "PRIVATE"),
        ])

    private static var page: [String: String] {
        var page = Expectation(services: [row]).exact
        page[since] = "1685453070"
        return page
    }

    private static func difference(_ page: [String: String]) -> [String]? {
        var workspace = SimulatedWorkspace(id: "w", name: "w")
        workspace.serviceInstances = [row]
        let history = History(lyingAbout: nil)
        history.note(workspace)
        return history.difference(of: "w service_instances", page: page, start: 0, end: .max)
    }

    @Test func `The correct page has all series and no difference`() {
        // Ten counts, one error, a single time, and five numbers of the listing.
        #expect(Self.page.count == 17 && Self.page.values.filter { $0 == "1" }.count == 3)
        #expect(Self.difference(Self.page) == nil)
    }

    @Test func `A number off by one, a missing series and an additional series are differences`() throws {
        for (key, value) in Self.page {
            var page = Self.page
            page[key] = String(try #require(Int(value)) + 1)
            #expect(Self.difference(page)?.count == 1, "\(key)")
            page[key] = nil
            #expect(Self.difference(page)?.count == 1, "\(key)")
        }
        #expect(Self.difference(Self.page.merging(["more{}": "0"]) { $1 })?.count == 1)
    }

    @Test func `A transition begins with the oldest instance, and a creation at its creation`() throws {
        var (first, second) = (Self.row, Self.row)
        (first.status, first.errorCode) = ("CREATING", nil)
        (second.id, second.status, second.errorCode) = ("t", "CREATING", nil)
        second.createTime = "2023-05-30T12:00:00.000Z"
        let oldest = SeriesKey.text(
            "dataarts_fabric_service_instance_oldest_transition_timestamp_seconds",
            [("service_type", "LLM_MODEL"), ("status", "CREATING"), ("visibility", "PRIVATE")])
        let rows = try #require(Expectation(services: [first, second]).since[oldest]).rows
        #expect(rows.map(\.told) == [1_685_449_470_401_000, 1_685_448_000_000_000])
    }
}
