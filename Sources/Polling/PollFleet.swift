// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Listings
public import Logging

/// How the workspaces of a source are polled.
public struct PollOptions: Sendable, Equatable {
    /// The settings of their listings, except the filter, which each target has.
    public var settings: ListingSettings
    /// The times of polls of endpoints.
    public var timing: PollTiming
    /// The times of polls of the optional listings, by name. One that is absent is not polled.
    public var optional: [String: PollTiming]

    /// Creates options.
    public init(settings: ListingSettings, timing: PollTiming, optional: [String: PollTiming] = [:]) {
        self.settings = settings
        self.timing = timing
        self.optional = optional
    }

    /// Returns the times of polls of a listing; nil if it is not polled.
    public func timing(of listing: any Listing.Type) -> PollTiming? {
        listing.isOptional ? optional[listing.name] : timing
    }

    /// Returns how a listing of a workspace is polled; nil if it is not polled.
    /// - Parameter filter: the filter of the workspace's endpoints.
    fileprivate func configuration(
        of listing: any Listing.Type, filter: EndpointFilter
    ) -> PollFleet.ListingConfiguration? {
        guard let timing = timing(of: listing) else { return nil }
        var settings = settings
        settings.filter = listing.isOptional ? EndpointFilter() : filter
        // Endpoints have another address, so a change of this one does not concern them.
        if !listing.isOptional { settings.servicesURL = nil }
        return PollFleet.ListingConfiguration(settings: settings, timing: timing)
    }
}

/// The pollers of all listings of all workspaces. Targets may change at any time; pollers of unchanged targets continue
/// undisturbed.
public actor PollFleet {
    /// How a listing of a workspace is polled.
    fileprivate struct ListingConfiguration: Equatable {
        var settings: ListingSettings
        var timing: PollTiming

        /// Whether the other configuration reads the same records.
        func readsSameRecords(as other: Self) -> Bool {
            settings.filter == other.settings.filter && settings.servicesURL == other.settings.servicesURL
        }
    }

    /// A listing of a workspace.
    private struct PolledListing {
        var configuration: ListingConfiguration
        var handle: SnapshotStore.ListingHandle
        var poller: any Poller
        /// Triggers an immediate poll, outside the schedule.
        var trigger: ChangeSignal
        /// The id of the task that runs the poller; nil while the fleet does not run.
        var task: UInt64?
    }

    private struct PolledWorkspace {
        var target: TargetSelection.Target
        /// The listings by name.
        var listings: [String: PolledListing] = [:]

        /// The listings, in the order of the registry.
        var ordered: [PolledListing] { ListingRegistry.all.compactMap { listings[$0.name] } }
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

    /// Replaces the targets of `source`. A workspace whose name or address changed loses its series and starts over, and
    /// so does a listing whose filter or address changed; other listings continue undisturbed. The series of a removed
    /// workspace or listing end immediately.
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
        let isSame = known.map { $0.target.workspace.hasSameSeries(as: target.workspace) } ?? false
        if let known, isSame {
            if known.target.workspace != target.workspace { store.updateInfo(of: target.workspace) }
        } else {
            if let known { end(known) }
            store.remove(key)
        }
        var workspace = PolledWorkspace(target: target)
        for listing in ListingRegistry.all {
            let before = known?.listings[listing.name]
            guard let configuration = options.configuration(of: listing, filter: target.filter) else {
                if isSame, let before {
                    end(before)
                    store.remove(before.handle, of: key)
                }
                continue
            }
            if isSame, let before, before.configuration == configuration {
                workspace.listings[listing.name] = before
                continue
            }
            workspace.listings[listing.name] = polledListing(
                listing, of: target.workspace, configuration, through: client, before: before,
                isSame: isSame, isSameService: known?.target.workspace.isSameService(as: target.workspace) ?? false)
        }
        workspaces[key] = workspace
    }

    /// Creates a listing whose poller continues from the previous one.
    /// - Parameters:
    ///   - isSame: whether the workspace has the same series as before.
    ///   - isSameService: whether the workspace has the same address and API. The name may change with each discovery; a
    ///     changed address means another service.
    private func polledListing<L: Listing>(
        _ listing: L.Type, of workspace: Workspace, _ configuration: ListingConfiguration,
        through client: SourceClient, before: PolledListing?, isSame: Bool, isSameService: Bool
    ) -> PolledListing {
        let readsSame =
            isSameService && before.map { configuration.readsSameRecords(as: $0.configuration) } ?? false
        var handle: SnapshotStore.ListingHandle?
        if isSame, let before {
            end(before)
            if readsSame { handle = before.handle } else { store.remove(before.handle, of: workspace.key) }
        }
        if let handle { store.configure(configuration.timing, for: handle) }
        let newHandle = handle ?? store.add(L.name, of: workspace, configuration.timing)
        let memory = readsSame ? (before?.poller as? ListingPoller<L>)?.lastMemory : nil
        let log = (isSameService ? before?.poller.log : nil) ?? PollLog(of: L.self, of: workspace, logger: logger)
        log.setName(of: workspace)
        let trigger = before?.trigger ?? ChangeSignal()
        let poller = ListingPoller(
            L(of: workspace, settings: configuration.settings), client: client, store: store, handle: newHandle,
            timing: configuration.timing, trigger: trigger, clock: clock, log: log,
            memory: memory ?? ListingPoller<L>.Memory())
        return PolledListing(
            configuration: configuration, handle: newHandle, poller: poller, trigger: trigger, task: start(poller))
    }

    /// Polls every workspace of `source` immediately, outside the schedule.
    public func pollNow(source: String) {
        for (key, workspace) in workspaces where key.source == source {
            for listing in workspace.listings.values { listing.trigger.notify() }
        }
    }

    /// Polls the endpoints of one workspace of `source` immediately, to confirm whether the credential still works.
    /// Prefers a workspace for which it worked before to the one for which it was rejected.
    public func pollOne(of source: String, for confirmation: SourceGate.Confirmation) {
        let others = workspaces.keys.filter { $0.source == source && $0.workspaceID != confirmation.rejectedFor }
        let key =
            others.filter { confirmation.workedFor.contains($0.workspaceID) }.min() ?? others.min()
            ?? WorkspaceKey(source: source, workspaceID: confirmation.rejectedFor)
        workspaces[key]?.listings[EndpointListing.name]?.trigger.notify()
    }

    /// Notifies the pollers that the watchdog found stalled.
    public func noteStalls() {
        let stalls = store.takeStalls()
        if stalls.isEmpty { return }
        let pollers = workspaces.values.flatMap(\.listings.values).map { ($0.handle, $0.poller) }
        let byHandle = Dictionary(uniqueKeysWithValues: pollers)
        for (handle, failure) in stalls { byHandle[handle]?.noteStall(failure) }
    }

    /// Polls until the task is canceled.
    public func run() async {
        isRunning = true
        for (key, workspace) in workspaces {
            for listing in ListingRegistry.all.map({ $0.name }) {
                guard let poller = workspace.listings[listing]?.poller else { continue }
                workspaces[key]?.listings[listing]?.task = start(poller)
            }
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        continuation.finish()
        isRunning = false
        for (key, workspace) in workspaces {
            for listing in workspace.listings.keys { workspaces[key]?.listings[listing]?.task = nil }
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
            for pollers in bySource.values.map({ $0.flatMap(\.value.ordered).map(\.poller) }) {
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
        for listing in workspace.listings.values { end(listing) }
    }

    private func end(_ listing: PolledListing) { if let task = listing.task { tasks[task]?.cancel() } }
}

extension Workspace {
    /// Whether the other workspace has the same series: only info labels may differ.
    fileprivate func hasSameSeries(as other: Self) -> Bool {
        key == other.key && name == other.name && isSameService(as: other)
    }

    /// Whether both are read from the same address with the same version of the API.
    fileprivate func isSameService(as other: Self) -> Bool { baseURL == other.baseURL && api == other.api }
}
