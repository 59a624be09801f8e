// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("Transitions of endpoints")
struct EndpointListingTransitionTests {
    static let family = "endpoint_transitions_total"

    static func sample(_ from: String, _ to: String, _ count: Int, type: String = "INFERENCE") -> String {
        #"endpoint_type="\#(type)",from_status="\#(from)",to_status="\#(to)" \#(count)"#
    }

    @Test
    func `An endpoint that changes its status between two listings is counted`() {
        var workspace = ListedWorkspace()
        let first = workspace.list([endpoint("a", "RUNNING"), endpoint("b", "RUNNING")])
        #expect(first.samples(of: Self.family) == [])
        let second = workspace.list([endpoint("a", "UPDATING"), endpoint("b", "UPDATING")])
        #expect(
            second.samples(of: Self.family) == [
                Self.sample("RUNNING", "UPDATING", 2), Self.sample("UPDATING", "RUNNING", 0),
                Self.sample("UPDATING", "UPDATE_FAILED", 0),
            ])
        let third = workspace.list([endpoint("a", "RUNNING"), endpoint("b", "UPDATE_FAILED")])
        #expect(
            third.samples(of: Self.family) == [
                Self.sample("RUNNING", "UPDATING", 2), Self.sample("UPDATING", "RUNNING", 1),
                Self.sample("UPDATING", "UPDATE_FAILED", 1),
            ])
    }

    @Test(arguments: [DetailLevel.none, .problems, .all])
    func `The exporter with a status page counts at every level of details`(details: DetailLevel) {
        var workspace = ListedWorkspace(details: details, keepsRecords: true)
        _ = workspace.list([endpoint("a", "RUNNING")])
        let snapshot = workspace.list([endpoint("a", "FROZEN")])
        #expect(snapshot.samples(of: Self.family) == [Self.sample("RUNNING", "FROZEN", 1)])
    }

    @Test
    func `A new endpoint, one that left and one that returns are not counted`() {
        var workspace = ListedWorkspace()
        _ = workspace.list([endpoint("a", "RUNNING")])
        _ = workspace.list([endpoint("b", "FROZEN")])
        let snapshot = workspace.list([endpoint("a", "FROZEN"), endpoint("b", "FROZEN")])
        #expect(snapshot.samples(of: Self.family) == [])
    }

    @Test
    func `Public endpoints of other tenants are not counted`() {
        func publicEndpoint(_ status: String) -> JSONValue {
            endpoint("a", status, created: 0).with(["visibility": "PUBLIC"])
        }
        var workspace = ListedWorkspace()
        _ = workspace.list([publicEndpoint("CREATING")])
        let snapshot = workspace.list([publicEndpoint("RUNNING")])
        #expect(snapshot.samples(of: Self.family) == [])
        #expect(snapshot.creations == [:])
    }

    @Test
    func `A counter outlives the zero series of its statuses`() {
        var workspace = ListedWorkspace()
        _ = workspace.list([endpoint("a", "PAUSED")])
        _ = workspace.list([endpoint("a", "RUNNING")])
        _ = workspace.list([], at: firstInstant + .seconds(1))
        let snapshot = workspace.list([], at: firstInstant + .seconds(200_000))
        #expect(snapshot.samples(of: "endpoints") == [])
        #expect(snapshot.samples(of: Self.family) == [Self.sample("PAUSED", "RUNNING", 1)])
    }

    @Test
    func `Values beyond the limit become other, and no counter goes backwards`() {
        var workspace = ListedWorkspace(labelValues: 2)
        var last: [Substring: Int] = [:]
        for round in 0..<8 {
            let snapshot = workspace.list(
                [endpoint("a", "S\(round)"), endpoint("b", round.isMultiple(of: 2) ? "RUNNING" : "FROZEN")],
                at: firstInstant + .seconds(100_000 * round))
            var next: [Substring: Int] = [:]
            for line in snapshot.samples(of: Self.family) {
                let parts = line.split(separator: " ")
                next[parts[0]] = Int(parts[1])
            }
            for (series, count) in last { #expect(next[series] ?? -1 >= count, "\(series)") }
            last = next
        }
        #expect(last.values.reduce(0, +) == 14)
        let values = Set(
            last.keys.flatMap { $0.split(separator: ",").dropFirst().map { $0.split(separator: "\"")[1] } })
        #expect(values == ["S0", "S1", "other", "RUNNING", "FROZEN"])
    }

    @Test
    func `A status that is no longer other because of the limit has not changed`() {
        var workspace = ListedWorkspace(labelValues: 1)
        _ = workspace.list([endpoint("a", "S1"), endpoint("b", "S2")])
        for day in 1...2 {
            _ = workspace.list([endpoint("b", "S2")], at: firstInstant + .seconds(100_000 * day))
        }
        let snapshot = workspace.list([endpoint("b", "S2")], at: firstInstant + .seconds(300_000))
        #expect(snapshot.samples(of: "endpoints").contains { $0.contains(#"status="S2""#) })
        #expect(snapshot.samples(of: Self.family) == [])
    }

    @Test
    func `The time to RUNNING is from create_time to the poll that first saw RUNNING`() {
        func now(_ seconds: Int64) -> Timestamp { Timestamp(seconds: start + seconds) }
        var workspace = ListedWorkspace()
        #expect(workspace.list([endpoint("a", "CREATING", created: 10)], now: now(60)).creations == ["INFERENCE": []])
        #expect(workspace.list([endpoint("a", "UPDATING", created: 10)], now: now(90)).creations == [:])
        #expect(workspace.list([endpoint("a", "CREATING", created: 10)], now: now(120)).creations == ["INFERENCE": []])
        let running = [endpoint("a", "RUNNING", created: 10, updated: 130), endpoint("b", "RUNNING", created: 20)]
        #expect(workspace.list(running, now: now(180)).creations == ["INFERENCE": [170]])
        #expect(workspace.list(running, now: now(240)).creations == [:])
    }

    @Test
    func `An endpoint without create_time has no time to RUNNING, and one created in the future has zero`() {
        func rows(_ status: String) -> [JSONValue] {
            [endpoint("a", status), endpoint("b", status, created: 5_000)]
        }
        var workspace = ListedWorkspace()
        _ = workspace.list(rows("CREATING"), now: Timestamp(seconds: start + 60))
        let snapshot = workspace.list(rows("RUNNING"), now: Timestamp(seconds: start + 120))
        #expect(snapshot.creations == ["INFERENCE": [0]])
        #expect(
            snapshot.samples(of: Self.family) == [
                Self.sample("CREATING", "CREATE_FAILED", 0), Self.sample("CREATING", "RUNNING", 2),
            ])
    }
}
