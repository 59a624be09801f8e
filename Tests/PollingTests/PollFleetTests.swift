// SPDX-License-Identifier: Apache-2.0
import Fabric
import HTTPClient
import Listings
import Logging
import TestSupport
import Testing

@testable import Polling

@Suite("Poll fleet", .timeLimit(.minutes(5)))
struct PollFleetTests {
    private let polled = PolledWorkspace(
        StubCloud(.listing(#""id":"0123456789abcdeffedcba9876543210","type":"SQL","status":"RUNNING""#)))

    private var options: PollOptions {
        PollOptions(
            settings: ListingSettings(details: .none, maximumDetails: 0),
            timing: PolledWorkspace.timing)
    }

    private func fleet() -> (PollFleet, SnapshotStore) {
        let store = SnapshotStore(clock: polled.clock)
        return (PollFleet(store: store, clock: polled.clock, logger: .recording(polled.record)), store)
    }

    private func targets(_ ids: String...) -> [TargetSelection.Target] {
        ids.map { id in
            let workspace = Workspace(
                key: WorkspaceKey(source: "s", workspaceID: id), name: "name-\(id)", regionID: "cn-north-4",
                baseURL: "https://fabric.example")
            return TargetSelection.Target(workspace: workspace, filter: EndpointFilter())
        }
    }

    @Test("Workspaces assigned before the fleet runs are polled when it starts, and not after it ends")
    func run() async {
        let (fleet, store) = fleet()
        await fleet.assign(targets("a", "b"), of: "s", through: polled.client, options: options)
        let running = Task { await fleet.run() }
        await polled.cloud.waitForRequests(2)
        await polled.clock.waitForSleepers(2)
        #expect(store.page().contains(#"workspace_id="a""#) && store.page().contains(#"workspace_id="b""#))
        running.cancel()
        await running.value
        polled.clock.advance(by: .seconds(600))
        #expect(polled.cloud.urls.count == 2)
    }

    @Test("A workspace added to a running fleet is polled immediately; a removed one loses its series and polls")
    func change() async {
        let (fleet, store) = fleet()
        await fleet.assign(targets("a"), of: "s", through: polled.client, options: options)
        let running = Task { await fleet.run() }
        await polled.cloud.waitForRequests(1)
        await fleet.assign(targets("b"), of: "s", through: polled.client, options: options)
        await polled.cloud.waitForRequests(2)
        await polled.clock.waitForSleepers(1)
        #expect(!store.page().contains(#"workspace_id="a""#))
        #expect(store.page().contains(#"workspace_id="b""#))
        running.cancel()
        await running.value
        #expect(polled.cloud.urls.map { $0.contains("/workspaces/b/") } == [false, true])
    }

    @Test("Unchanged targets keep their snapshot, counters and schedule")
    func same() async {
        let (fleet, store) = fleet()
        await fleet.assign(targets("a"), of: "s", through: polled.client, options: options)
        let running = Task { await fleet.run() }
        await polled.cloud.waitForRequests(1)
        // A sleeper on the clock may be the deadline of a poll that has not ended.
        while !store.isEveryListPolled { await Task.yield() }
        let before = store.page()
        await fleet.assign(targets("a"), of: "s", through: polled.client, options: options)
        #expect(store.page() == before)
        #expect(before.contains(#"dataarts_fabric_workspace_polls_total{"#))
        running.cancel()
        await running.value
        #expect(polled.cloud.urls.count == 1)
    }

    @Test("A renamed workspace keeps its log state, so nothing is logged twice")
    func renamed() async {
        polled.cloud.answer(.listing(#""id":"a","status":"CREATE_FAILED","error_code":"F.1""#), .failure(.connect))
        let (fleet, _) = fleet()
        var target = targets("a")[0]
        await fleet.assign([target], of: "s", through: polled.client, options: options)
        await fleet.pollOnce(concurrency: 1, isLast: false)
        await fleet.pollOnce(concurrency: 1, isLast: false)
        #expect(polled.record.take().filter { $0.contains(": poll ") }.count == 1)
        target.workspace.name = "other"
        await fleet.assign([target], of: "s", through: polled.client, options: options)
        await fleet.pollOnce(concurrency: 1, isLast: false)
        #expect(polled.record.take() == [])
        // A changed address means another service.
        target.workspace.baseURL = "https://fabric.other"
        await fleet.assign([target], of: "s", through: polled.client, options: options)
        await fleet.pollOnce(concurrency: 1, isLast: false)
        #expect(polled.record.take().filter { $0.hasPrefix("error: poll failed ") }.count == 1)
    }

    @Test func `Adding, changing and removing an optional listing does not disturb endpoints`() async {
        let name = ServiceInstanceListing.name
        let (fleet, store) = fleet()
        func assign(_ interval: Duration?) async {
            var options = options
            options.settings.servicesURL = interval == nil ? nil : "https://services.example"
            options.optional = interval.map { [name: PollTiming(interval: $0, requestTimeout: .seconds(10))] } ?? [:]
            await fleet.assign(targets("a"), of: "s", through: polled.client, options: options)
        }
        func endpointLines() -> [Substring] {
            store.page().split(separator: "\n").filter { $0.contains(#"listing="endpoints""#) }
        }
        var services: Int {
            polled.cloud.urls.count { $0.contains("https://services.example/v1/workspaces/a/services/") }
        }
        await assign(nil)
        let running = Task { await fleet.run() }
        await polled.cloud.waitForRequests(1)
        while !store.isEveryListPolled { await Task.yield() }
        let before = endpointLines()
        #expect(!store.page().contains(name))
        polled.cloud.answer(.body(#"{"service_instances":[],"total":0}"#))
        await assign(.seconds(60))
        await polled.cloud.waitForRequests(2)
        #expect(services == 1 && store.page().contains(name) && endpointLines() == before)
        await assign(.seconds(600))
        await polled.cloud.waitForRequests(3)
        #expect(services == 2 && endpointLines() == before)
        await assign(nil)
        #expect(!store.page().contains(name) && endpointLines() == before)
        running.cancel()
        await running.value
        #expect(polled.cloud.urls.count == 3)
    }

    @Test("Polls have a lower priority than scrapes")
    func priority() async {
        let probe = PriorityProbe()
        let (fleet, _) = fleet()
        let client = PolledWorkspace(through: probe).client
        await fleet.assign(targets("a"), of: "s", through: client, options: options)
        let running = Task(priority: .high) { await fleet.run() }
        #expect(await probe.priorities.first { _ in true } == .utility)
        running.cancel()
        await running.value
    }
}

/// Records the task priority of requests.
private struct PriorityProbe: HTTPTransport {
    let priorities: AsyncStream<TaskPriority?>
    private let seen: AsyncStream<TaskPriority?>.Continuation

    init() { (priorities, seen) = AsyncStream.makeStream() }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        seen.yield(Task.basePriority)
        throw TransportFailure(.connect, "nothing is there")
    }
}
