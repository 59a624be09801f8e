// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Listings
import TestSupport
import Testing

@testable import Fabric
@testable import Polling

@Suite("Time from creation to RUNNING")
struct CreationDurationsTests {
    private static func row(_ status: String) -> String {
        #""id":"a","type":"sql","status":"\#(status)","create_time":"2027-01-15T07:59:00Z""#
    }

    private static func value(_ suffix: String, in store: SnapshotStore) -> String? {
        let start = "dataarts_fabric_endpoint_creation_duration_seconds_\(suffix)"
        return store.page().split(separator: "\n").first { $0.hasPrefix(start) }.map(String.init)
    }

    private static let options = PollOptions(
        settings: ListingSettings(details: .problems, maximumDetails: 100), timing: PolledWorkspace.timing)

    @Test(arguments: ExpositionFormat.allCases)
    func `The histogram of a source begins at zero and outlives its workspaces`(
        format: ExpositionFormat
    ) async throws {
        let polled = PolledWorkspace(
            StubCloud(.listing(Self.row("CREATING")), .listing(Self.row("RUNNING")), .listing(Self.row("RUNNING"))))
        #expect(Self.value("count", in: polled.store) == nil)
        await polled.poller.poll()
        let labels = #"{source="cn-north-4",endpoint_type="sql"}"#
        #expect(
            Self.value("count", in: polled.store)
                == "dataarts_fabric_endpoint_creation_duration_seconds_count\(labels) 0")
        polled.clock.advance(by: .seconds(60))
        await polled.poller.poll()
        polled.clock.advance(by: .seconds(60))
        await polled.poller.poll()
        let lines = polled.page(format).split(separator: "\n").filter { $0.contains("creation_duration") }
        try goldens.check(lines.joined(separator: "\n") + "\n", "creation.\(format.suffix)")
        let last = Self.value("sum", in: polled.store)
        polled.store.remove(Workspace.lake.key)
        #expect(Self.value("sum", in: polled.store) == last)
        polled.store.configure(["cn-north-4": Self.options])
        #expect(Self.value("sum", in: polled.store) == last)
        polled.store.configure(["another": Self.options])
        #expect(Self.value("sum", in: polled.store) == nil)
    }

    @Test
    func `A poll that ends after the removal of its source leaves no series`() async {
        let polled = PolledWorkspace(StubCloud(.listing(Self.row("CREATING"))))
        polled.store.configure(["another": Self.options])
        await polled.poller.poll()
        #expect(Self.value("count", in: polled.store) == nil)
    }

    @Test
    func `The number of undocumented types is limited`() {
        var durations = CreationDurations()
        for number in 0..<60 { durations.add(["type\(number)": [1]]) }
        durations.add(["sql": [1, 2]])
        let lines = String(
            decoding: MetricRegistry([CreationDurations.familyGroup]).render(
                .text, fragments: [durations.fragment(of: "s")]), as: UTF8.self
        )
        .split(separator: "\n")
        let counts = lines.filter { $0.contains("_count{") }
        #expect(counts.count == 52)
        #expect(counts.contains { $0.hasSuffix(#"endpoint_type="other"} 10"#) })
        #expect(counts.contains { $0.hasSuffix(#"endpoint_type="sql"} 2"#) })
    }
}
