// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Listings
public import Logging

/// The pollers of all lists of all workspaces that are polled at present. What it is told to poll may change at any time; pollers of
/// what did not change go on as if nothing had happened.
public actor PollFleet {
    /// How workspaces are polled.
    public struct Manner: Sendable, Equatable {
        /// What is served of their lists; the filter is the target's.
        public var settings: ListingSettings
        /// When and how long.
        public var timing: PollTiming

        /// A manner of these parts.
        public init(settings: ListingSettings, timing: PollTiming) {
            self.settings = settings
            self.timing = timing
        }
    }

    /// A list of a workspace.
    private struct PolledList {
        var place: SnapshotStore.Place
        var poller: any Poller
        /// Which of the fleet's tasks runs it; nil while the fleet does not run.
        var task: UInt64?
    }

    private struct PolledWorkspace {
        var target: DiscoveryMerge.Target
        var manner: Manner
        /// Given when the workspace is to be polled at once, out of its turn.
        var trigger = ChangeSignal()
        /// In the order of the registry.
        var lists: [PolledList] = []
    }

    private let store: SnapshotStore
    private let clock: any ExporterClock
    private let logger: Logger
    private var workspaces: [WorkspaceKey: PolledWorkspace] = [:]
    private var isRunning = false
    /// Every task that has not ended, those of pollers that were told to end included: none outlives the fleet.
    private var tasks: [UInt64: Task<Void, Never>] = [:]
    private var lastTask: UInt64 = 0

    /// A fleet that publishes into `store` and polls nothing yet.
    public init(store: SnapshotStore, clock: any ExporterClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Polls exactly `targets` of `source` from now on. A workspace of which name, filter or address changed begins anew;
    /// one that left loses its series at once.
    public func assign(
        _ targets: [DiscoveryMerge.Target], of source: String, through client: SourceClient, manner: Manner
    ) {
        let wanted = Dictionary(targets.map { ($0.workspace.key, $0) }, uniquingKeysWith: { first, _ in first })
        for (key, workspace) in workspaces where key.source == source && wanted[key] == nil {
            end(workspace)
            workspaces[key] = nil
            store.remove(key)
        }
        for (key, target) in wanted { assign(target, key, through: client, manner: manner) }
        client.setWorkspaces(wanted.count)
    }

    private func assign(
        _ target: DiscoveryMerge.Target, _ key: WorkspaceKey, through client: SourceClient, manner: Manner
    ) {
        let known = workspaces[key]
        let isSame = known.map { $0.target.hasSameSeries(as: target) } ?? false
        if let known, isSame {
            if known.target.workspace != target.workspace { store.describe(target.workspace) }
            workspaces[key]?.target = target
            if known.manner == manner { return }
        }
        if let known { end(known) }
        if !isSame { store.remove(key) }
        // Discovery may bring another name each time; another address is another service.
        let isSameService = known?.target.workspace.baseURL == target.workspace.baseURL
        var workspace = PolledWorkspace(target: target, manner: manner)
        for (index, listing) in ListingRegistry.all.enumerated() {
            let before = isSameService ? known?.lists[index] : nil
            let place = isSame ? before?.place : nil
            if let place { store.configure(manner.timing, at: place) }
            workspace.lists.append(
                polledList(
                    listing, of: workspace, through: client,
                    at: place ?? store.add(listing.name, of: target.workspace, manner.timing), before: before?.poller,
                    isSameList: known?.target.filter == target.filter))
        }
        workspaces[key] = workspace
    }

    /// A list whose poller goes on where the one before ended.
    /// - Parameter isSameList: whether the one before asked for the same records.
    private func polledList<L: Listing>(
        _ listing: L.Type, of workspace: PolledWorkspace, through client: SourceClient, at place: SnapshotStore.Place,
        before: (any Poller)?, isSameList: Bool
    ) -> PolledList {
        let (target, manner) = (workspace.target, workspace.manner)
        var settings = manner.settings
        settings.filter = target.filter
        let memory = isSameList ? (before as? ListingPoller<L>)?.lastMemory : nil
        let log = before?.log ?? PollLog(of: L.self, of: target.workspace, logger: logger)
        log.setName(of: target.workspace)
        let poller = ListingPoller(
            L(of: target.workspace, settings: settings), client: client, store: store,
            place: place, timing: manner.timing, trigger: workspace.trigger, clock: clock,
            log: log, memory: memory ?? ListingPoller<L>.Memory())
        return PolledList(place: place, poller: poller, task: start(poller))
    }

    /// Polls every workspace of `source` at once, out of turn.
    public func pollNow(source: String) {
        for (key, workspace) in workspaces where key.source == source { workspace.trigger.notify() }
    }

    /// Polls one workspace of `source` at once that can tell whether the credential still works.
    public func pollOne(of source: String, for confirmation: SourceGate.Confirmation) {
        let others = workspaces.keys.filter { $0.source == source && $0.workspaceID != confirmation.rejectedFor }
        let key =
            others.filter { confirmation.workedFor.contains($0.workspaceID) }.min() ?? others.min()
            ?? WorkspaceKey(source: source, workspaceID: confirmation.rejectedFor)
        workspaces[key]?.trigger.notify()
    }

    /// Tells the pollers that the watchdog has found stalled.
    public func noteStalls() {
        let stalls = store.takeStalls()
        if stalls.isEmpty { return }
        let pollers = workspaces.values.flatMap(\.lists).map { ($0.place, $0.poller) }
        let byPlace = Dictionary(uniqueKeysWithValues: pollers)
        for (place, failure) in stalls { byPlace[place]?.noteStall(failure) }
    }

    /// Polls until the task is cancelled.
    public func run() async {
        isRunning = true
        for (key, workspace) in workspaces {
            for (index, list) in workspace.lists.enumerated() {
                workspaces[key]?.lists[index].task = start(list.poller)
            }
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        continuation.finish()
        isRunning = false
        for (key, workspace) in workspaces {
            for index in workspace.lists.indices { workspaces[key]?.lists[index].task = nil }
        }
        for task in tasks.values { task.cancel() }
        while let task = tasks.values.first { await task.value }
    }

    /// Polls every list once.
    /// - Parameters:
    ///   - sideBySide: the number of concurrent polls of a source. More than can send requests would only hold memory: all
    ///     first pages would come before any second one.
    ///   - isLast: whether no poll follows, so that what the next one would need is freed.
    public func pollOnce(sideBySide: Int, isLast: Bool) async {
        let bySource = Dictionary(grouping: workspaces.sorted { $0.key < $1.key }, by: \.key.source)
        await withDiscardingTaskGroup { sources in
            for pollers in bySource.values.map({ $0.flatMap(\.value.lists).map(\.poller) }) {
                sources.addTask { await Self.pollOnce(pollers, sideBySide: sideBySide, isLast: isLast) }
            }
        }
    }

    private static func pollOnce(_ pollers: [any Poller], sideBySide: Int, isLast: Bool) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, poller) in pollers.enumerated() {
                if index >= max(1, sideBySide) { await group.next() }
                group.addTask {
                    await poller.poll()
                    if isLast { poller.forget() }
                }
            }
        }
    }

    private func start(_ poller: any Poller) -> UInt64? {
        guard isRunning else { return nil }
        lastTask += 1
        let id = lastTask
        // Scrapes go first where there are more listings to decode than processors.
        tasks[id] = Task(priority: .utility) {
            await poller.run()
            tasks[id] = nil
        }
        return id
    }

    private func end(_ workspace: PolledWorkspace) {
        for task in workspace.lists.compactMap(\.task) { tasks[task]?.cancel() }
    }
}

extension DiscoveryMerge.Target {
    /// Whether the other one's series are this one's: only what is told beside them may differ.
    fileprivate func hasSameSeries(as other: Self) -> Bool {
        workspace.key == other.workspace.key && workspace.name == other.workspace.name
            && workspace.baseURL == other.workspace.baseURL && filter == other.filter
    }
}
