// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Listings
public import Logging

/// How the workspaces of a source are polled.
public struct PollOptions: Sendable, Equatable {
    /// The settings of their listings, except the filter, which each target has.
    public var settings: ListingSettings
    /// The times of polls.
    public var timing: PollTiming

    /// Creates options.
    public init(settings: ListingSettings, timing: PollTiming) {
        self.settings = settings
        self.timing = timing
    }
}

/// The pollers of all listings of all workspaces. Targets may change at any time; pollers of unchanged targets continue
/// undisturbed.
public actor PollFleet {
    /// A listing of a workspace.
    private struct PolledListing {
        var handle: SnapshotStore.ListingHandle
        var poller: any Poller
        /// The id of the task that runs the poller; nil while the fleet does not run.
        var task: UInt64?
    }

    private struct PolledWorkspace {
        var target: TargetSelection.Target
        var options: PollOptions
        /// Triggers an immediate poll of the workspace, outside the schedule.
        var trigger = ChangeSignal()
        /// The listings, in the order of the registry.
        var listings: [PolledListing] = []
    }

    private let store: SnapshotStore
    private let clock: any ExporterClock
    private let logger: Logger
    private var workspaces: [WorkspaceKey: PolledWorkspace] = [:]
    private var isRunning = false
    /// Every task that has not ended, including canceled ones: no task outlives the fleet.
    private var tasks: [UInt64: Task<Void, Never>] = [:]
    private var lastTask: UInt64 = 0

    /// Creates a fleet without targets that publishes to `store`.
    public init(store: SnapshotStore, clock: any ExporterClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Replaces the targets of `source`. A workspace whose name, filter or address changed loses its series and starts
    /// over; the series of a removed workspace end immediately.
    public func assign(
        _ targets: [TargetSelection.Target], of source: String, through client: SourceClient, options: PollOptions
    ) {
        let wanted = Dictionary(targets.map { ($0.workspace.key, $0) }, uniquingKeysWith: { first, _ in first })
        for (key, workspace) in workspaces where key.source == source && wanted[key] == nil {
            end(workspace)
            workspaces[key] = nil
            store.remove(key)
        }
        for (key, target) in wanted { assign(target, key, through: client, options: options) }
        client.setWorkspaces(wanted.count)
    }

    private func assign(
        _ target: TargetSelection.Target, _ key: WorkspaceKey, through client: SourceClient, options: PollOptions
    ) {
        let known = workspaces[key]
        let isSame = known.map { $0.target.hasSameSeries(as: target) } ?? false
        if let known, isSame {
            if known.target.workspace != target.workspace { store.updateInfo(of: target.workspace) }
            workspaces[key]?.target = target
            if known.options == options { return }
        }
        if let known { end(known) }
        if !isSame { store.remove(key) }
        // The name may change with each discovery; a changed address means another service.
        let isSameService = known?.target.workspace.baseURL == target.workspace.baseURL
        var workspace = PolledWorkspace(target: target, options: options)
        for (index, listing) in ListingRegistry.all.enumerated() {
            let before = isSameService ? known?.listings[index] : nil
            let handle = isSame ? before?.handle : nil
            if let handle { store.configure(options.timing, for: handle) }
            workspace.listings.append(
                polledListing(
                    listing, of: workspace, through: client,
                    handle: handle ?? store.add(listing.name, of: target.workspace, options.timing),
                    before: before?.poller,
                    isSameFilter: known?.target.filter == target.filter))
        }
        workspaces[key] = workspace
    }

    /// Creates a listing whose poller continues from the previous one.
    /// - Parameter isSameFilter: whether the previous poller read the same records.
    private func polledListing<L: Listing>(
        _ listing: L.Type, of workspace: PolledWorkspace, through client: SourceClient,
        handle: SnapshotStore.ListingHandle,
        before: (any Poller)?, isSameFilter: Bool
    ) -> PolledListing {
        let (target, options) = (workspace.target, workspace.options)
        var settings = options.settings
        settings.filter = target.filter
        let memory = isSameFilter ? (before as? ListingPoller<L>)?.lastMemory : nil
        let log = before?.log ?? PollLog(of: L.self, of: target.workspace, logger: logger)
        log.setName(of: target.workspace)
        let poller = ListingPoller(
            L(of: target.workspace, settings: settings), client: client, store: store,
            handle: handle, timing: options.timing, trigger: workspace.trigger, clock: clock,
            log: log, memory: memory ?? ListingPoller<L>.Memory())
        return PolledListing(handle: handle, poller: poller, task: start(poller))
    }

    /// Polls every workspace of `source` immediately, outside the schedule.
    public func pollNow(source: String) {
        for (key, workspace) in workspaces where key.source == source { workspace.trigger.notify() }
    }

    /// Polls one workspace of `source` immediately, to confirm whether the credential still works. Prefers a workspace
    /// for which it worked before to the one for which it was rejected.
    public func pollOne(of source: String, for confirmation: SourceGate.Confirmation) {
        let others = workspaces.keys.filter { $0.source == source && $0.workspaceID != confirmation.rejectedFor }
        let key =
            others.filter { confirmation.workedFor.contains($0.workspaceID) }.min() ?? others.min()
            ?? WorkspaceKey(source: source, workspaceID: confirmation.rejectedFor)
        workspaces[key]?.trigger.notify()
    }

    /// Notifies the pollers that the watchdog found stalled.
    public func noteStalls() {
        let stalls = store.takeStalls()
        if stalls.isEmpty { return }
        let pollers = workspaces.values.flatMap(\.listings).map { ($0.handle, $0.poller) }
        let byHandle = Dictionary(uniqueKeysWithValues: pollers)
        for (handle, failure) in stalls { byHandle[handle]?.noteStall(failure) }
    }

    /// Polls until the task is canceled.
    public func run() async {
        isRunning = true
        for (key, workspace) in workspaces {
            for (index, listing) in workspace.listings.enumerated() {
                workspaces[key]?.listings[index].task = start(listing.poller)
            }
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        continuation.finish()
        isRunning = false
        for (key, workspace) in workspaces {
            for index in workspace.listings.indices { workspaces[key]?.listings[index].task = nil }
        }
        for task in tasks.values { task.cancel() }
        while let task = tasks.values.first { await task.value }
    }

    /// Polls every listing once.
    /// - Parameters:
    ///   - concurrency: the maximum number of concurrent polls per source. More than the number of concurrent requests
    ///     only costs memory: every poll would hold its first pages until its next request.
    ///   - isLast: whether no poll follows; then the memory for the next one is freed.
    public func pollOnce(concurrency: Int, isLast: Bool) async {
        let bySource = Dictionary(grouping: workspaces.sorted { $0.key < $1.key }, by: \.key.source)
        await withDiscardingTaskGroup { sources in
            for pollers in bySource.values.map({ $0.flatMap(\.value.listings).map(\.poller) }) {
                sources.addTask { await Self.pollOnce(pollers, concurrency: concurrency, isLast: isLast) }
            }
        }
    }

    private static func pollOnce(_ pollers: [any Poller], concurrency: Int, isLast: Bool) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, poller) in pollers.enumerated() {
                if index >= max(1, concurrency) { await group.next() }
                group.addTask {
                    await poller.poll()
                    if isLast { poller.discardMemory() }
                }
            }
        }
    }

    private func start(_ poller: any Poller) -> UInt64? {
        guard isRunning else { return nil }
        lastTask += 1
        let id = lastTask
        // Low priority, so that scrapes come first when there are more listings to decode than processors.
        tasks[id] = Task(priority: .utility) {
            await poller.run()
            tasks[id] = nil
        }
        return id
    }

    private func end(_ workspace: PolledWorkspace) {
        for task in workspace.listings.compactMap(\.task) { tasks[task]?.cancel() }
    }
}

extension TargetSelection.Target {
    /// Whether the other target has the same series: only info labels may differ.
    fileprivate func hasSameSeries(as other: Self) -> Bool {
        workspace.key == other.workspace.key && workspace.name == other.workspace.name
            && workspace.baseURL == other.workspace.baseURL && filter == other.filter
    }
}
