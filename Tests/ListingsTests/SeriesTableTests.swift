// SPDX-License-Identifier: Apache-2.0
import Base
import TestSupport
import Testing

@testable import Listings

@Suite("Series without an endpoint")
struct SeriesTableTests {
    private let day = Duration.seconds(86_400)

    @Test("A pair, an undocumented status and a capacity stay at zero for 24 hours after their last endpoint")
    func age() {
        var workspace = ListedWorkspace()
        let row = endpoint("a", "SQL", "HIBERNATING").with([
            "reserved_resource": ["mu": ["spec_code": "mu.1", "min": 0, "max": 0]]
        ])
        _ = workspace.list([row], at: firstInstant)
        let last = firstInstant + .seconds(3_600)
        _ = workspace.list([row], at: last)
        let before = workspace.list([], at: last + day - .nanoseconds(1))
        #expect(before.samples(of: "endpoints").count == 12)
        #expect(
            before.samples(of: "mu_reserved")
                == [#"endpoint_type="SQL",status="HIBERNATING",visibility="PRIVATE",spec_code="mu.1" 0"#])
        let after = workspace.list([], at: last + day)
        #expect(after.samples(of: "endpoints") == [] && after.samples(of: "mu_reserved") == [])
        #expect(workspace.memory?.counts.series.isEmpty == true)
        #expect(workspace.memory?.capacities.series.isEmpty == true)
    }

    @Test("The documented statuses of a pair stay as long as the pair has endpoints, other statuses do not")
    func documented() {
        var workspace = ListedWorkspace()
        _ = workspace.list([endpoint("a", "SQL", "HIBERNATING")], at: firstInstant)
        var samples: [String] = []
        for hour in 1...25 {
            let instant = firstInstant + .seconds(3_600 * hour)
            samples = workspace.list([endpoint("a", "SQL", "RUNNING")], at: instant).samples(of: "endpoints")
            #expect(samples.count == (hour < 24 ? 12 : 11))
        }
        #expect(samples.contains(#"endpoint_type="SQL",status="RUNNING",visibility="PRIVATE" 1"#))
        #expect(samples.contains(#"endpoint_type="SQL",status="FROZEN",visibility="PRIVATE" 0"#))
    }

    @Test("A series that was dropped makes room for another value")
    func room() {
        var workspace = ListedWorkspace(labelValues: 1)
        _ = workspace.list([endpoint("a", "A", "RUNNING")], at: firstInstant)
        let full = workspace.list([endpoint("b", "B", "RUNNING")], at: firstInstant + day - .seconds(1))
        #expect(full.counts.cutValues == 1 && full.details.isEmpty)
        #expect(full.samples(of: "endpoints").contains { $0.hasPrefix(#"endpoint_type="other""#) })
        // The listing in which A is dropped still has it; the next one has room.
        _ = workspace.list([endpoint("b", "B", "RUNNING")], at: firstInstant + day)
        let next = workspace.list([endpoint("b", "B", "RUNNING")], at: firstInstant + day + .seconds(60))
        #expect(next.counts.cutValues == 0)
        #expect(
            next.samples(of: "endpoints").contains(#"endpoint_type="B",status="RUNNING",visibility="PRIVATE" 1"#))
    }

    @Test("A step of the wall clock drops nothing")
    func wallClock() {
        var workspace = ListedWorkspace()
        _ = workspace.list([endpoint("a", "SQL", "RUNNING")], now: firstPoll, at: firstInstant)
        let later = Timestamp(microseconds: firstPoll.microseconds + 100 * 86_400 * 1_000_000)
        #expect(workspace.list([], now: later, at: firstInstant + .seconds(60)).samples(of: "endpoints").count == 11)
    }
}
