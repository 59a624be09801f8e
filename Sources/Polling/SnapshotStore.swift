// SPDX-License-Identifier: Apache-2.0
internal import Aggregation
public import Clocks
public import Exposition
internal import FabricAPI
public import FabricModel
public import StatusReport
import Synchronization

/// The last complete listing and the health of every workspace. Pollers write, scrapes read; what they read is immutable
/// and neither waits for the other longer than it takes to swap a reference.
public final class SnapshotStore: Sendable {
    private struct Entry {
        var workspace: Workspace
        /// Tells this stay of the workspace from an earlier one, whose last poll may still be ending.
        var stay: UInt64
        var health = WorkspaceHealth()
        /// The poll that has not ended; nil if there is none.
        var turn: PollTurn?
        /// When polling last went on: the workspace was added, or a poll ended.
        var progressAt: ContinuousClock.Instant
        var healthFragment: Fragment
        var listing: WorkspaceListing?
        /// When the listing was complete, by the monotonic clock; nil once it has been withdrawn.
        var listedAt: ContinuousClock.Instant?
        /// Where its series stand on the page; set when the order is made.
        var place = 0

        /// The series as they are served.
        var fragments: [Fragment] {
            guard let rendered = listing?.rendered, listedAt != nil else { return [healthFragment] }
            return [rendered, healthFragment]
        }
    }

    /// So many workspaces are served from one group: after a poll that much of a page is put together again, and each
    /// group's lines are compressed by themselves.
    static let workspacesPerGroup = 64

    private struct State {
        var entries: [WorkspaceKey: Entry] = [:]
        /// The keys in the order of the page; nil after workspaces have come or gone.
        var order: [WorkspaceKey]?
        /// The groups of the page; nil where one of their workspaces has changed.
        var groups: [FragmentGroup?] = []
        var version: UInt64 = 1
        var stays: UInt64 = 0
        var interval: Duration
        var staleAfter: Duration
        var settings: Fragment
        /// The earliest moment at which a listing becomes too old.
        var nextExpiry: ContinuousClock.Instant?
        var watchdog: Watchdog
        /// Workspaces found stalled since they were last asked for.
        var stalls: [(key: WorkspaceKey, failure: APIFailure)] = []
    }

    private let clock: any ExporterClock
    private let state: Mutex<State>

    /// A store of `workspaces`, none of which has been polled.
    /// - Parameters:
    ///   - interval: how often they are polled; served as it is.
    ///   - staleAfter: the age at which a listing is withdrawn.
    ///   - stallAfter: without an ended poll for this long, polling has stalled; nil: four intervals.
    public init(
        workspaces: [Workspace], interval: Duration, staleAfter: Duration, stallAfter: Duration? = nil,
        clock: any ExporterClock
    ) {
        self.clock = clock
        state = Mutex(
            State(
                interval: interval, staleAfter: staleAfter,
                settings: Self.settings(interval: interval, staleAfter: staleAfter),
                watchdog: Watchdog(stallAfter: stallAfter ?? interval * 4, now: clock.now)))
        for workspace in workspaces { add(workspace) }
    }

    /// Takes over other settings; what is kept is measured by them from now on.
    public func configure(interval: Duration, staleAfter: Duration, stallAfter: Duration) {
        let settings = Self.settings(interval: interval, staleAfter: staleAfter)
        state.withLock { state in
            state.interval = interval
            state.staleAfter = staleAfter
            state.watchdog.stallAfter = stallAfter
            state.settings = settings
            state.version += 1
            Self.findNextExpiry(&state)
        }
    }

    /// Takes in a workspace that has not been polled; what was kept under its key is dropped.
    /// - Returns: what its poller must show when it notes a poll.
    @discardableResult
    public func add(_ workspace: Workspace) -> UInt64 {
        let fragment = WorkspaceHealth().fragment(of: workspace)
        let now = clock.now
        return state.withLock { state in
            state.stays += 1
            state.version += 1
            state.order = nil
            state.entries[workspace.key] = Entry(
                workspace: workspace, stay: state.stays, progressAt: now, healthFragment: fragment)
            return state.stays
        }
    }

    /// Takes over what is told of a workspace beside its series; labels and listing stay.
    func describe(_ workspace: Workspace) { update(workspace.key, nil) { $0.workspace = workspace } }

    /// Drops a workspace, whose series go at once.
    public func remove(_ key: WorkspaceKey) {
        state.withLock { state in
            state.order = nil
            state.entries[key] = nil
            state.version += 1
        }
    }

    private static func settings(interval: Duration, staleAfter: Duration) -> Fragment {
        var builder = FragmentBuilder()
        builder.add(WorkspaceHealthFamilies.interval, .duration(interval))
        builder.add(WorkspaceHealthFamilies.staleAfter, .duration(staleAfter))
        return builder.build()
    }

    /// Changes whenever ``groups()`` would give something else; looks at the clock, because a listing grows old
    /// without anything else happening.
    public var version: UInt64 {
        withCurrentState { $0.version }
    }

    /// The state with everything withdrawn that has grown too old by now, and with what has stalled by now noted.
    private func withCurrentState<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
        let now = clock.now
        return state.withLock { state in
            if let expiry = state.nextExpiry, now >= expiry { withdrawStale(&state, now: now) }
            if state.watchdog.isDue(now) { noteStalls(&state, now: now) }
            return body(&state)
        }
    }

    /// The series that are nobody's: how often workspaces are polled, and when their listings are withdrawn.
    public func settingsFragment() -> Fragment { state.withLock { $0.settings } }

    /// Every workspace's rendered series, ordered by source and id. A group in which nothing has changed is the same
    /// object as before.
    public func groups() -> [FragmentGroup] {
        state.withLock { state in
            let order = Self.order(&state)
            return state.groups.indices.map { index in
                if let group = state.groups[index] { return group }
                let start = index * Self.workspacesPerGroup
                let keys = order[start..<min(start + Self.workspacesPerGroup, order.count)]
                let group = FragmentGroup(keys.flatMap { state.entries[$0]?.fragments ?? [] })
                state.groups[index] = group
                return group
            }
        }
    }

    private static func order(_ state: inout State) -> [WorkspaceKey] {
        if let order = state.order { return order }
        let order = state.entries.keys.sorted()
        for (place, key) in order.enumerated() { state.entries[key]?.place = place }
        state.order = order
        state.groups = Array(
            repeating: nil, count: (order.count + workspacesPerGroup - 1) / workspacesPerGroup)
        return order
    }

    /// Notes that a workspace's series are others than before.
    private static func changed(_ place: Int, _ state: inout State) {
        state.version += 1
        if state.order != nil { state.groups[place / workspacesPerGroup] = nil }
    }

    /// The rendered series of the workspaces that `selection` names; nil where one of its ids is nobody's. Of its sources
    /// only the store's workspaces are known here.
    public func fragments(of selection: PageSelection) -> [Fragment]? {
        let entries = withCurrentState { Array($0.entries.values) }.filter { entry in
            let key = entry.workspace.key
            return (selection.sources.isEmpty || selection.sources.contains(key.source))
                && (selection.workspaceIDs.isEmpty || selection.workspaceIDs.contains(key.workspaceID))
        }
        let found = Set(entries.map(\.workspace.key.workspaceID))
        guard selection.workspaceIDs.isSubset(of: found) else { return nil }
        return Self.fragments(of: entries)
    }

    private static func fragments(of entries: [Entry]) -> [Fragment] {
        entries.sorted { $0.workspace.key < $1.workspace.key }.flatMap(\.fragments)
    }

    /// Every workspace's series for a page that is written once: listings are rendered as it is written, so that the whole
    /// never stands in memory.
    public func parts() -> [PagePart] {
        let (entries, settings) = state.withLock { (Array($0.entries.values), $0.settings) }
        return [.fragment(settings)]
            + entries.sorted { $0.workspace.key < $1.workspace.key }.flatMap { entry -> [PagePart] in
                guard let listing = entry.listing, entry.listedAt != nil else {
                    return [.fragment(entry.healthFragment)]
                }
                return [.subject(listing), .fragment(entry.healthFragment)]
            }
    }

    /// What is known of every workspace, for people, ordered by source and id.
    public func statuses() -> [WorkspaceStatus] {
        let entries = withCurrentState { Array($0.entries.values) }
        let now = clock.now
        return entries.sorted { $0.workspace.key < $1.workspace.key }.map { entry in
            var served: WorkspaceStatus.Listing?
            if let listing = entry.listing, let listedAt = entry.listedAt {
                served = WorkspaceStatus.Listing(
                    age: now - listedAt, counts: listing.counts, summary: listing.summary, details: listing.details)
            }
            return WorkspaceStatus(
                workspace: entry.workspace, polls: entry.health.history.map(WorkspaceStatus.Poll.init),
                lastSuccess: entry.health.lastSuccess, listing: served)
        }
    }

    /// How often workspaces are polled, and the age at which a listing is withdrawn.
    public var timing: (interval: Duration, staleAfter: Duration) {
        state.withLock { ($0.interval, $0.staleAfter) }
    }

    /// Whether every workspace's first poll has ended, well or badly.
    public var isEveryWorkspacePolled: Bool {
        state.withLock { $0.entries.values.allSatisfy { $0.health.last != nil } }
    }

    /// The workspaces whose last poll failed, and those that have not been polled.
    public var failing: [WorkspaceKey] {
        state.withLock { state in
            state.entries.filter { $0.value.health.last == nil || $0.value.health.last?.failure != nil }.keys.sorted()
        }
    }

    /// Whether there are workspaces, and no poll of any has ended for too long.
    public var isEveryWorkspaceStalled: Bool {
        withCurrentState { !$0.entries.isEmpty && $0.entries.values.allSatisfy(\.health.isStalled) }
    }

    /// The workspaces found stalled since the last call, and how.
    func takeStalls() -> [(key: WorkspaceKey, failure: APIFailure)] {
        withCurrentState { state in
            defer { state.stalls = [] }
            return state.stalls
        }
    }

    /// Finds the workspaces of which no poll has ended for too long, whatever the cause.
    private func noteStalls(_ state: inout State, now: ContinuousClock.Instant) {
        state.watchdog.look(now)
        let time = Timestamp(microseconds: clock.wallMicroseconds)
        for (key, entry) in state.entries where !entry.health.isStalled {
            let progress = max(entry.progressAt, entry.turn?.lastProgress ?? entry.progressAt)
            guard let stalled = state.watchdog.stall(since: progress, now: now) else { continue }
            let failure = APIFailure(
                .stalled,
                "no poll has ended for \(stalled.components.seconds) s; the last one \(entry.turn?.activity ?? "was never started")"
            )
            var entry = entry
            entry.health.noteStall(failure, lasting: stalled, noticedAt: time)
            entry.healthFragment = entry.health.fragment(of: entry.workspace)
            state.entries[key] = entry
            state.stalls.append((key, failure))
            Self.changed(entry.place, &state)
        }
    }

    /// What the next listing of a workspace is to know.
    func memory(of key: WorkspaceKey) -> WorkspaceMemory {
        state.withLock { $0.entries[key]?.listing?.memory } ?? WorkspaceMemory()
    }

    /// Why the last poll of a workspace failed; nil where it did not, or there was none.
    func lastFailure(of key: WorkspaceKey) -> APIFailure? { state.withLock { $0.entries[key]?.health.last?.failure } }

    /// The details served for a workspace, whether or not they have been withdrawn meanwhile.
    func details(of key: WorkspaceKey) -> [EndpointDetail] {
        state.withLock { $0.entries[key]?.listing?.details } ?? []
    }

    /// Notes the end of a poll. A failed one brings no listing and changes no domain series.
    /// - Parameter stay: what ``add(_:)`` gave; the poll of an earlier stay is not noted. Nil: whatever is there.
    func note(
        _ result: WorkspaceHealth.PollResult, listing: WorkspaceListing?, of key: WorkspaceKey, stay: UInt64? = nil
    ) {
        let now = clock.now
        update(key, stay) { entry in
            entry.health.note(result)
            entry.turn = nil
            entry.progressAt = now
            if let listing {
                entry.listing = listing
                entry.listedAt = now
            }
        }
        guard listing != nil else { return }
        // A moment too early costs one look; only that look searches all entries.
        state.withLock { state in
            let expiry = now + state.staleAfter
            state.nextExpiry = min(state.nextExpiry ?? expiry, expiry)
        }
    }

    /// Notes that a poll has been started.
    func noteTurn(_ turn: PollTurn, of key: WorkspaceKey, stay: UInt64? = nil) {
        state.withLock { state in
            guard let entry = state.entries[key], stay == nil || stay == entry.stay else { return }
            state.entries[key]?.turn = turn
        }
    }

    /// Notes slots that passed while a poll was running.
    func noteSkipped(_ slots: Int, of key: WorkspaceKey, stay: UInt64? = nil) {
        guard slots > 0 else { return }
        update(key, stay) { $0.health.noteSkipped(slots) }
    }

    private func update(_ key: WorkspaceKey, _ stay: UInt64?, _ change: (inout Entry) -> Void) {
        state.withLock { state in
            guard var entry = state.entries[key], stay == nil || stay == entry.stay else { return }
            change(&entry)
            entry.healthFragment = entry.health.fragment(of: entry.workspace)
            state.entries[key] = entry
            Self.changed(entry.place, &state)
        }
    }

    private func withdrawStale(_ state: inout State, now: ContinuousClock.Instant) {
        for (key, entry) in state.entries {
            guard let listedAt = entry.listedAt, now >= listedAt + state.staleAfter else { continue }
            state.entries[key]?.listedAt = nil
            Self.changed(entry.place, &state)
        }
        Self.findNextExpiry(&state)
    }

    private static func findNextExpiry(_ state: inout State) {
        let staleAfter = state.staleAfter
        state.nextExpiry = state.entries.values.compactMap(\.listedAt).min().map { $0 + staleAfter }
    }
}

extension WorkspaceStatus.Poll {
    fileprivate init(_ result: WorkspaceHealth.PollResult) {
        let failure = result.failure.map { failure in
            WorkspaceStatus.Failure(
                reason: failure.reason, message: failure.message, status: failure.status, code: failure.code,
                requestID: failure.requestID)
        }
        self.init(endedAt: result.endedAt, duration: result.duration, failure: failure)
    }
}
