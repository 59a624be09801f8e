// SPDX-License-Identifier: Apache-2.0
public import Aggregation
public import Clocks
public import FabricAPI
internal import FabricModel
public import Logging

/// The pollers of all workspaces that are polled at present. What it is told to poll may change at any time; pollers of
/// what did not change go on as if nothing had happened.
public actor PollFleet {
    /// How workspaces are polled.
    public struct Manner: Sendable, Equatable {
        /// What is made of their rows.
        public var tally: EndpointTally.Settings
        /// When and how long.
        public var timing: PollTiming

        /// A manner of these parts.
        public init(tally: EndpointTally.Settings, timing: PollTiming) {
            self.tally = tally
            self.timing = timing
        }
    }

    private struct Member {
        var target: DiscoveryMerge.Target
        var manner: Manner
        var stay: UInt64
        var poller: WorkspacePoller
        /// Given when the workspace is to be polled at once, out of its turn.
        var trigger: ChangeSignal
        /// Which of the fleet's tasks runs it; nil while the fleet does not run.
        var task: UInt64?
    }

    private let store: SnapshotStore
    private let clock: any ExporterClock
    private let logger: Logger
    private var members: [WorkspaceKey: Member] = [:]
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
        for (key, member) in members where key.source == source && wanted[key] == nil {
            end(member)
            members[key] = nil
            store.remove(key)
        }
        for (key, target) in wanted { assign(target, key, through: client, manner: manner) }
        client.setWorkspaces(wanted.count)
    }

    private func assign(
        _ target: DiscoveryMerge.Target, _ key: WorkspaceKey, through client: SourceClient, manner: Manner
    ) {
        let known = members[key]
        let isSame = known.map { $0.target.hasSameSeries(as: target) } ?? false
        if let known, isSame {
            if known.target.workspace != target.workspace { store.describe(target.workspace) }
            members[key]?.target = target
            if known.manner == manner { return }
        }
        if let known { end(known) }
        let stay = isSame ? known?.stay ?? 0 : store.add(target.workspace)
        let trigger = ChangeSignal()
        let poller = WorkspacePoller(
            workspace: target.workspace, filter: target.filter, client: client, store: store, stay: stay,
            tally: manner.tally, timing: manner.timing, trigger: trigger, clock: clock, logger: logger)
        members[key] = Member(
            target: target, manner: manner, stay: stay, poller: poller, trigger: trigger, task: start(poller))
    }

    /// Polls every workspace of `source` at once, out of turn.
    public func pollNow(source: String) {
        for member in members.values where member.target.workspace.key.source == source { member.trigger.notify() }
    }

    /// Polls one workspace of `source` at once that can tell whether the credential still works.
    public func pollOne(of source: String, for confirmation: SourceGate.Confirmation) {
        let others = members.keys.filter { $0.source == source && $0.workspaceID != confirmation.rejectedFor }
        let key =
            others.filter { confirmation.workedFor.contains($0.workspaceID) }.min() ?? others.min()
            ?? WorkspaceKey(source: source, workspaceID: confirmation.rejectedFor)
        members[key]?.trigger.notify()
    }

    /// Logs which workspaces the watchdog has found stalled.
    public func logStalls() {
        for (key, failure) in store.takeStalls() { members[key]?.poller.noteStall(failure) }
    }

    /// Polls until the task is cancelled.
    public func run() async {
        isRunning = true
        for (key, member) in members { members[key]?.task = start(member.poller) }
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        continuation.finish()
        isRunning = false
        for key in members.keys { members[key]?.task = nil }
        for task in tasks.values { task.cancel() }
        while let task = tasks.values.first { await task.value }
    }

    /// Polls every workspace once.
    /// - Parameter sideBySide: how many of a source at a time. More than could exchange something would do no good: the
    ///   first pages of all would be had before the second of any, and all they hold kept meanwhile.
    public func pollOnce(sideBySide: Int) async {
        let bySource = Dictionary(grouping: members.sorted { $0.key < $1.key }, by: \.key.source)
        await withDiscardingTaskGroup { sources in
            for pollers in bySource.values.map({ $0.map(\.value.poller) }) {
                sources.addTask { await Self.pollOnce(pollers, sideBySide: sideBySide) }
            }
        }
    }

    private static func pollOnce(_ pollers: [WorkspacePoller], sideBySide: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, poller) in pollers.enumerated() {
                if index >= max(1, sideBySide) { await group.next() }
                group.addTask { await poller.poll() }
            }
        }
    }

    private func start(_ poller: WorkspacePoller) -> UInt64? {
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

    private func end(_ member: Member) {
        if let task = member.task { tasks[task]?.cancel() }
    }
}

extension DiscoveryMerge.Target {
    /// Whether the other one's series are this one's: only what is told beside them may differ.
    fileprivate func hasSameSeries(as other: Self) -> Bool {
        workspace.key == other.workspace.key && workspace.name == other.workspace.name
            && workspace.baseURL == other.workspace.baseURL && filter == other.filter
    }
}
