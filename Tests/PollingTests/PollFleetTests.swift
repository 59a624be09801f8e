// SPDX-License-Identifier: Apache-2.0
import Fabric
import HTTPClient
import Listings
import Logging
import TestSupport
import Testing

@testable import Polling

@Suite("The pollers of all workspaces", .timeLimit(.minutes(5)))
struct PollFleetTests {
    private let polled = PolledWorkspace(
        StubCloud(.listing(#""id":"0123456789abcdeffedcba9876543210","type":"SQL","status":"RUNNING""#)))

    private var manner: PollFleet.Manner {
        PollFleet.Manner(
            settings: ListingSettings(details: .none, maximumDetails: 0),
            timing: PolledWorkspace.timing)
    }

    private func fleet() -> (PollFleet, SnapshotStore) {
        let store = SnapshotStore(clock: polled.clock)
        return (PollFleet(store: store, clock: polled.clock, logger: .recording(polled.record)), store)
    }

    private func targets(_ ids: String...) -> [DiscoveryMerge.Target] {
        ids.map { id in
            let workspace = Workspace(
                key: WorkspaceKey(source: "s", workspaceID: id), name: "name-\(id)", regionID: "cn-north-4",
                baseURL: "https://fabric.example")
            return DiscoveryMerge.Target(workspace: workspace, filter: EndpointFilter())
        }
    }

    @Test("Workspaces that were assigned before the fleet runs are polled when it does, and none after its end")
    func run() async {
        let (fleet, store) = fleet()
        await fleet.assign(targets("a", "b"), of: "s", through: polled.client, manner: manner)
        let running = Task { await fleet.run() }
        await polled.cloud.waitForRequests(2)
        await polled.clock.waitForSleepers(2)
        #expect(store.page().contains(#"workspace_id="a""#) && store.page().contains(#"workspace_id="b""#))
        running.cancel()
        await running.value
        polled.clock.advance(by: .seconds(600))
        #expect(polled.cloud.urls.count == 2)
    }

    @Test("A workspace that joins a running fleet is polled at once; one that leaves loses its series and its polls")
    func change() async {
        let (fleet, store) = fleet()
        await fleet.assign(targets("a"), of: "s", through: polled.client, manner: manner)
        let running = Task { await fleet.run() }
        await polled.cloud.waitForRequests(1)
        await fleet.assign(targets("b"), of: "s", through: polled.client, manner: manner)
        await polled.cloud.waitForRequests(2)
        await polled.clock.waitForSleepers(1)
        #expect(!store.page().contains(#"workspace_id="a""#))
        #expect(store.page().contains(#"workspace_id="b""#))
        running.cancel()
        await running.value
        #expect(polled.cloud.urls.map { $0.contains("/workspaces/b/") } == [false, true])
    }

    @Test("What is assigned again unchanged keeps its snapshot, its counters and its schedule")
    func same() async {
        let (fleet, store) = fleet()
        await fleet.assign(targets("a"), of: "s", through: polled.client, manner: manner)
        let running = Task { await fleet.run() }
        await polled.cloud.waitForRequests(1)
        // What sleeps on the clock may be the deadline of the poll, which has not ended then.
        while !store.isEveryListPolled { await Task.yield() }
        let before = store.page()
        await fleet.assign(targets("a"), of: "s", through: polled.client, manner: manner)
        #expect(store.page() == before)
        #expect(before.contains(#"dataarts_fabric_workspace_polls_total{"#))
        running.cancel()
        await running.value
        #expect(polled.cloud.urls.count == 1)
    }

    @Test("A workspace whose name changes goes on in the log: what was said is not said again")
    func renamed() async {
        polled.cloud.answer(.listing(#""id":"a","status":"CREATE_FAILED","error_code":"F.1""#), .failure(.connect))
        let (fleet, _) = fleet()
        var target = targets("a")[0]
        await fleet.assign([target], of: "s", through: polled.client, manner: manner)
        await fleet.pollOnce(sideBySide: 1, isLast: false)
        await fleet.pollOnce(sideBySide: 1, isLast: false)
        #expect(polled.record.take().filter { $0.contains(": poll ") }.count == 1)
        target.workspace.name = "other"
        await fleet.assign([target], of: "s", through: polled.client, manner: manner)
        await fleet.pollOnce(sideBySide: 1, isLast: false)
        #expect(polled.record.take() == [])
        // Another address is another service.
        target.workspace.baseURL = "https://fabric.other"
        await fleet.assign([target], of: "s", through: polled.client, manner: manner)
        await fleet.pollOnce(sideBySide: 1, isLast: false)
        #expect(polled.record.take().filter { $0.hasPrefix("error: poll failed ") }.count == 1)
    }

    @Test("Polls give way to scrapes")
    func priority() async {
        let probe = PriorityProbe()
        let (fleet, _) = fleet()
        let client = PolledWorkspace(through: probe).client
        await fleet.assign(targets("a"), of: "s", through: client, manner: manner)
        let running = Task(priority: .high) { await fleet.run() }
        #expect(await probe.priorities.first { _ in true } == .utility)
        running.cancel()
        await running.value
    }
}

/// Tells with what priority requests are made.
private struct PriorityProbe: HTTPTransport {
    let priorities: AsyncStream<TaskPriority?>
    private let seen: AsyncStream<TaskPriority?>.Continuation

    init() { (priorities, seen) = AsyncStream.makeStream() }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        seen.yield(Task.basePriority)
        throw TransportFailure(.connect, "nothing is there")
    }
}
