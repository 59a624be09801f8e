// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import HTTPClient
import Listings
import TestSupport
import Testing

@testable import Fabric
@testable import Polling

@Suite("Snapshot store")
struct SnapshotStoreTests {
    private static let timing = PollTiming(
        interval: .seconds(60), requestTimeout: .seconds(10), staleAfter: .seconds(100))

    static let running = """
        "id":"a","type":"SQL","status":"RUNNING","reserved_resource":{"mu":{"min":2,"max":4,"spec_code":"m"}}
        """

    @Test("Before the first poll, up is absent and every failure reason is zero", arguments: ExpositionFormat.allCases)
    func before(format: ExpositionFormat) throws {
        let polled = PolledWorkspace(StubCloud(.silence))
        try goldens.check(polled.page(format), "before.\(format.suffix)")
        #expect(polled.store.value(of: "workspace_up") == nil)
        for reason in FailureReason.allCases {
            #expect(polled.store.value(of: "workspace_poll_failures_total", reason: reason.rawValue) == "0")
        }
    }

    @Test("A failed poll doesn't change the listing's series", arguments: ExpositionFormat.allCases)
    func failure(format: ExpositionFormat) async throws {
        let polled = PolledWorkspace(StubCloud(.listing(Self.running), .body("oops", status: 500)))
        await polled.poller.poll()
        let listed = polled.store.domainSamples()
        #expect(listed.count == 18)
        polled.clock.advance(by: .milliseconds(60_250))
        await polled.poller.poll()
        #expect(polled.store.domainSamples() == listed)
        try goldens.check(polled.page(format), "failed.\(format.suffix)")
    }

    @Test("A listing becomes stale exactly at stale_after, and the health stays")
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
        let staleVersion = polled.store.version
        polled.clock.advance(by: .seconds(3_600))
        #expect(polled.store.version == staleVersion)
    }

    @Test("A stale listing returns with its zero series and status times")
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
            #"dataarts_fabric_mu_max{\#(own),endpoint_type="SQL",status="RUNNING",visibility="PRIVATE",spec_code="m"} 0"#,
            """
            dataarts_fabric_endpoint_oldest_transition_timestamp_seconds{\(own),endpoint_type="RAY",\
            status="UPDATING",visibility="PRIVATE"} 1767225600
            """,
        ] { #expect(samples.contains(Substring(line)), "\(line)") }
    }

    @Test("A step of the wall clock doesn't affect staleness", arguments: [-86_400, 86_400])
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

    @Test("Each listing becomes stale independently, and workspaces are ordered by source and id")
    func many() {
        let clock = ManualClock()
        let keys = [("b", "1"), ("a", "2"), ("a", "1")].map { WorkspaceKey(source: $0, workspaceID: $1) }
        let store = SnapshotStore(clock: clock)
        let handles = keys.map { store.add("endpoints", of: Workspace(key: $0, baseURL: "https://x"), Self.timing) }
        func list(_ index: Int) { store.note(.success, .empty(of: keys[index]), for: handles[index]) }
        func listed() -> [String] {
            store.domainSamples().filter { $0.hasPrefix("dataarts_fabric_workspace_listed_records") }
                .map { $0.split(separator: "\"").dropFirst().prefix(3).joined() }
        }
        for index in keys.indices {
            list(index)
            clock.advance(by: .seconds(10))
        }
        #expect(listed() == ["a,workspace_id=1", "a,workspace_id=2", "b,workspace_id=1"])
        clock.advance(by: .seconds(70))
        #expect(listed() == ["a,workspace_id=1", "a,workspace_id=2"])
        list(1)
        clock.advance(by: .seconds(20))
        #expect(listed() == ["a,workspace_id=2"])
        #expect(store.isEveryListPolled && store.failing == [])
    }

    @Test("An added or stale listing doesn't move the fragments of other workspaces")
    func positions() throws {
        let clock = ManualClock()
        let keys = (100..<130).map { WorkspaceKey(source: "s", workspaceID: "\($0)") }
        let store = SnapshotStore(clock: clock)
        var handles: [WorkspaceKey: SnapshotStore.ListingHandle] = [:]
        for key in keys.shuffled() {
            handles[key] = store.add("endpoints", of: Workspace(key: key, baseURL: "https://x"), Self.timing)
        }
        // Each workspace has three fragments: info, snapshot, health.
        func health() -> [String] {
            store.fragments().enumerated().filter { $0.offset % 3 == 2 }
                .map { $0.element.labels.first { $0.name == "workspace_id" }?.value ?? "" }
        }
        func listed() -> [Int] { store.fragments().indices.filter { store.fragments()[$0].samples > 0 && $0 % 3 == 1 } }
        #expect(health() == keys.map(\.workspaceID) && listed() == [])
        store.note(.success, .empty(of: keys[7]), for: try #require(handles[keys[7]]))
        #expect(health() == keys.map(\.workspaceID) && listed() == [22])
        clock.advance(by: .seconds(100))
        #expect(health() == keys.map(\.workspaceID) && listed() == [])
        store.remove(keys[5])
        #expect(health() == keys.map(\.workspaceID).filter { $0 != "105" })
    }

    @Test("Failing workspaces, and whether all were polled")
    func failing() async {
        let polled = PolledWorkspace(StubCloud(.failure(.connect), .listing()))
        let key = Workspace.lake.key
        #expect(!polled.store.isEveryListPolled && polled.store.failing == [key])
        await polled.poller.poll()
        #expect(polled.store.isEveryListPolled && polled.store.failing == [key])
        await polled.poller.poll()
        #expect(polled.store.isEveryListPolled && polled.store.failing == [])
    }

    @Test("Notes for a removed listing have no effect, even if its workspace was added again")
    func removed() async {
        let polled = PolledWorkspace(StubCloud(.silence))
        polled.store.noteSkipped(2, for: polled.handle)
        #expect(polled.store.value(of: "workspace_polls_skipped_total") == "2")
        polled.store.remove(Workspace.lake.key)
        #expect(polled.store.fragments().isEmpty)
        let handle = polled.store.add("endpoints", of: .lake, Self.timing)
        let version = polled.store.version
        polled.store.noteSkipped(1, for: polled.handle)
        polled.store.note(.success, .empty(of: Workspace.lake.key), for: polled.handle)
        polled.store.noteSkipped(0, for: handle)
        #expect(polled.store.value(of: "workspace_polls_skipped_total") == "0")
        #expect(polled.store.value(of: "workspace_up") == nil)
        #expect(polled.store.version == version)
    }

    @Test("Listings of one workspace have independent health, age and timing")
    func lists() {
        let clock = ManualClock()
        let store = SnapshotStore(clock: clock)
        var slow = Self.timing
        slow.staleAfter = .seconds(1_000)
        let first = store.add("endpoints", of: .lake, Self.timing)
        let second = store.add("toys", of: .lake, slow)
        store.note(.success, .empty(of: Workspace.lake.key), for: first)
        store.note(.success, .empty(of: Workspace.lake.key), for: second)
        clock.advance(by: .seconds(100))
        #expect(store.statuses().first?.listings.map { $0.exported == nil } == [true, false])
        var failed = PollHealth.PollResult.success
        failed.failure = APIFailure(.forbidden, "no")
        store.note(failed, nil, for: second)
        #expect(store.statuses().first?.listings.map(\.state) == [.ok, .failing])
        #expect(store.statuses().first?.state == .failing)
        #expect(store.failing == [Workspace.lake.key])
        let up = store.page().split(separator: "\n").filter { $0.hasPrefix("dataarts_fabric_workspace_up{") }
        #expect(up.map { $0.split(separator: ",").last } == [#"listing="endpoints"} 1"#, #"listing="toys"} 0"#])
    }
}

extension PollHealth.PollResult {
    static let success = Self(failure: nil, relists: 0, duration: .zero, endedAt: Timestamp(microseconds: 0))
}

extension ListingSnapshot {
    /// Returns the snapshot of a workspace without endpoints.
    static func empty(of key: WorkspaceKey) -> ListingSnapshot {
        let listing = EndpointListing(
            of: Workspace(key: key, baseURL: "https://x"),
            settings: ListingSettings(details: .none, maximumDetails: 0))
        let listed = ListedRows(fold: listing.fold(memory: nil), rows: 0, skippedRecords: 0, malformedFields: 0)
        return listing.snapshot(of: listed, now: Timestamp(microseconds: 0), instant: .now).snapshot
    }
}
