// SPDX-License-Identifier: Apache-2.0
import Exposition
import FabricModel
import TestSupport
import Testing
import Transport

@testable import Polling

@Suite("The store of snapshots")
struct SnapshotStoreTests {
    static let running = """
        "id":"a","type":"SQL","status":"RUNNING","reserved_resource":{"mu":{"min":2,"max":4,"spec_code":"m"}}
        """

    @Test("Before the first poll there is no up, but every reason at zero", arguments: ExpositionFormat.allCases)
    func before(format: ExpositionFormat) throws {
        let polled = PolledWorkspace(StubCloud(.silence))
        try goldens.check(polled.page(format), "before.\(format.suffix)")
        #expect(polled.store.value(of: "workspace_up") == nil)
        for reason in FailureReason.allCases {
            #expect(polled.store.value(of: "workspace_poll_failures_total", reason: reason.rawValue) == "0")
        }
    }

    @Test("A failed poll changes no byte of the listing", arguments: ExpositionFormat.allCases)
    func failure(format: ExpositionFormat) async throws {
        let polled = PolledWorkspace(StubCloud(.listing(Self.running), .body("oops", status: 500)))
        await polled.poller.poll()
        let listed = polled.store.domainSamples()
        #expect(listed.count == 17)
        polled.clock.advance(by: .milliseconds(60_250))
        await polled.poller.poll()
        #expect(polled.store.domainSamples() == listed)
        try goldens.check(polled.page(format), "failed.\(format.suffix)")
    }

    @Test("A listing is withdrawn exactly at stale_after, and the health stays")
    func stale() async {
        let polled = PolledWorkspace(StubCloud(.listing(Self.running), .failure(.connect)))
        await polled.poller.poll()
        let listed = polled.store.domainSamples()
        polled.clock.advance(by: PolledWorkspace.staleAfter - .nanoseconds(1))
        await polled.poller.poll()
        let version = polled.store.version
        #expect(polled.store.domainSamples() == listed)
        polled.clock.advance(by: .nanoseconds(1))
        #expect(polled.store.version > version)
        #expect(polled.store.domainSamples() == [])
        #expect(polled.store.value(of: "workspace_up") == "0")
        #expect(polled.store.value(of: "workspace_last_success_timestamp_seconds") == "1800000000")
        let withdrawn = polled.store.version
        polled.clock.advance(by: .seconds(3_600))
        #expect(polled.store.version == withdrawn)
    }

    @Test("What was withdrawn comes back with its zeros and with the clocks of its statuses")
    func back() async {
        let updating = #""id":"b","type":"RAY","status":"UPDATING","update_time":"2026-01-01T00:00:00Z""#
        let edited = #""id":"b","type":"RAY","status":"UPDATING","update_time":"2027-01-01T00:00:00Z""#
        let cloud = StubCloud(.listing(Self.running, updating), .listing(edited))
        let polled = PolledWorkspace(cloud)
        await polled.poller.poll()
        polled.clock.advance(by: PolledWorkspace.staleAfter)
        #expect(polled.store.domainSamples() == [])
        await polled.poller.poll()
        let samples = polled.store.domainSamples()
        let own = #"source="cn-north-4",workspace_id="w1",workspace="lake""#
        for line in [
            #"dataarts_fabric_endpoints{\#(own),endpoint_type="SQL",status="RUNNING",visibility="PRIVATE"} 0"#,
            #"dataarts_fabric_mu_max{\#(own),endpoint_type="SQL",status="RUNNING",spec_code="m"} 0"#,
            """
            dataarts_fabric_endpoint_oldest_transition_timestamp_seconds{\(own),endpoint_type="RAY",\
            status="UPDATING"} 1767225600
            """,
        ] { #expect(samples.contains(Substring(line)), "\(line)") }
    }

    @Test("A step of the wall clock withdraws nothing and keeps nothing", arguments: [-86_400, 86_400])
    func wallClock(step: Int64) async {
        let polled = PolledWorkspace(StubCloud(.listing(Self.running)))
        await polled.poller.poll()
        let listed = polled.store.domainSamples()
        let version = polled.store.version
        polled.clock.stepWall(bySeconds: step)
        #expect(polled.store.version == version)
        #expect(polled.store.domainSamples() == listed)
        polled.clock.advance(by: PolledWorkspace.staleAfter)
        polled.clock.stepWall(bySeconds: -2 * step)
        #expect(polled.store.domainSamples() == [])
    }

    @Test("Each listing grows old by itself, and workspaces are served by source and id")
    func many() {
        let clock = ManualClock()
        let keys = [("b", "1"), ("a", "2"), ("a", "1")].map { WorkspaceKey(source: $0, workspaceID: $1) }
        let store = SnapshotStore(
            workspaces: keys.map { Workspace(key: $0, baseURL: "https://x") }, interval: .seconds(60),
            staleAfter: .seconds(100), clock: clock)
        func list(_ key: WorkspaceKey) {
            let listing = EmptyListing.make(labels: [Label("source", key.source), Label("id", key.workspaceID)])
            store.note(
                .init(failure: nil, relists: 0, duration: .zero, endedAt: .init(microseconds: 0)), listing: listing,
                of: key)
        }
        func listed() -> [String] {
            store.domainSamples().filter { $0.hasPrefix("dataarts_fabric_workspace_listed_endpoints") }
                .map { $0.split(separator: "\"").dropFirst().prefix(3).joined() }
        }
        for key in keys {
            list(key)
            clock.advance(by: .seconds(10))
        }
        #expect(listed() == ["a,id=1", "a,id=2", "b,id=1"])
        clock.advance(by: .seconds(70))
        #expect(listed() == ["a,id=1", "a,id=2"])
        list(keys[1])
        clock.advance(by: .seconds(20))
        #expect(listed() == ["a,id=2"])
        #expect(store.isEveryWorkspacePolled && store.failing == [])
    }

    @Test(
        "A poll or an expiry replaces the group of its workspace alone, and a workspace that goes moves those behind it"
    )
    func groups() {
        let clock = ManualClock()
        let keys = (100..<230).map { WorkspaceKey(source: "s", workspaceID: "\($0)") }
        let store = SnapshotStore(
            workspaces: keys.shuffled().map { Workspace(key: $0, baseURL: "https://x") }, interval: .seconds(60),
            staleAfter: .seconds(100), clock: clock)
        /// The groups as they are now, with how many fragments each has and which of them were there before.
        var last: [FragmentGroup] = []
        func look() -> (counts: [Int], kept: [Bool]) {
            _ = store.version
            let (before, now) = (last, store.groups())
            last = now
            return (now.map(\.fragments.count), zip(before, now).map { $0 === $1 })
        }
        func ids() -> [String] {
            last.flatMap(\.fragments).map { $0.labels.first { $0.name == "workspace_id" }?.value ?? "" }
        }
        #expect(look().counts == [64, 64, 2])
        #expect(ids() == keys.map(\.workspaceID))
        #expect(look().kept == [true, true, true])
        store.note(
            .init(failure: nil, relists: 0, duration: .zero, endedAt: .init(microseconds: 0)),
            listing: EmptyListing.make(labels: [Label("source", "s"), Label("workspace_id", "170")]), of: keys[70])
        #expect(look() == ([64, 65, 2], [true, false, true]))
        clock.advance(by: .seconds(100))
        #expect(look() == ([64, 64, 2], [true, false, true]))
        store.remove(keys[5])
        #expect(look().counts == [64, 64, 1])
        #expect(ids() == keys.map(\.workspaceID).filter { $0 != "105" })
    }

    @Test("Who has failed, and whether all have been polled")
    func failing() async {
        let polled = PolledWorkspace(StubCloud(.failure(.connect), .listing()))
        let key = Workspace.lake.key
        #expect(!polled.store.isEveryWorkspacePolled && polled.store.failing == [key])
        await polled.poller.poll()
        #expect(polled.store.isEveryWorkspacePolled && polled.store.failing == [key])
        await polled.poller.poll()
        #expect(polled.store.isEveryWorkspacePolled && polled.store.failing == [])
    }

    @Test("What is noted of a workspace that isn't there changes nothing")
    func unknown() {
        let polled = PolledWorkspace(StubCloud(.silence))
        let version = polled.store.version
        polled.store.noteSkipped(1, of: WorkspaceKey(source: "x", workspaceID: "y"))
        polled.store.noteSkipped(0, of: Workspace.lake.key)
        #expect(polled.store.version == version)
        polled.store.noteSkipped(2, of: Workspace.lake.key)
        #expect(polled.store.value(of: "workspace_polls_skipped_total") == "2")
    }
}
