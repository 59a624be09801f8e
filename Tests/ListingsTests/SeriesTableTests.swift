// SPDX-License-Identifier: Apache-2.0
import Base
import TestSupport
import Testing

@testable import Listings

@Suite("Series without endpoints")
struct SeriesTableTests {
    private let day = Duration.seconds(86_400)

    @Test("Series stay at zero for 24 hours after their last endpoint")
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

    @Test("Documented statuses of a pair stay as long as the pair has endpoints, other statuses for 24 hours")
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

    @Test("A dropped series frees its value for another one")
    func freedValue() {
        var workspace = ListedWorkspace(labelValues: 1)
        _ = workspace.list([endpoint("a", "A", "RUNNING")], at: firstInstant)
        let full = workspace.list([endpoint("b", "B", "RUNNING")], at: firstInstant + day - .seconds(1))
        #expect(full.counts.cutValues == 1 && full.details.isEmpty)
        #expect(full.samples(of: "endpoints").contains { $0.hasPrefix(#"endpoint_type="other""#) })
        // A is dropped at the end of this listing, so only the next one can use its number.
        _ = workspace.list([endpoint("b", "B", "RUNNING")], at: firstInstant + day)
        let next = workspace.list([endpoint("b", "B", "RUNNING")], at: firstInstant + day + .seconds(60))
        #expect(next.counts.cutValues == 0)
        #expect(
            next.samples(of: "endpoints").contains(#"endpoint_type="B",status="RUNNING",visibility="PRIVATE" 1"#))
    }

    @Test("A step of the wall clock drops no series")
    func wallClock() {
        var workspace = ListedWorkspace()
        _ = workspace.list([endpoint("a", "SQL", "RUNNING")], now: firstPoll, at: firstInstant)
        let later = Timestamp(microseconds: firstPoll.microseconds + 100 * 86_400 * 1_000_000)
        #expect(workspace.list([], now: later, at: firstInstant + .seconds(60)).samples(of: "endpoints").count == 11)
    }
}
