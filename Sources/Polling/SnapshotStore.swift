// SPDX-License-Identifier: Apache-2.0
public import Base
public import Exposition
public import Fabric
internal import Listings
import Synchronization

/// The last complete snapshot and the health of every listing. Pollers write, scrapes read immutable values; neither
/// waits for the other longer than it takes to swap a reference.
public final class SnapshotStore: Sendable {
    /// Identifies one listing of one workspace from when it is added until it is removed. Notes for a removed listing,
    /// such as the end of its last poll, have no effect.
    struct ListingHandle: Hashable, Sendable {
        fileprivate var number: UInt64
    }

    fileprivate struct Entry {
        var key: WorkspaceKey
        var listing: String
        var timing: PollTiming
        var health = PollHealth()
        /// Whether the listing is optional.
        var isOptional: Bool
        /// The running poll; nil if there is none.
        var turn: PollTurn?
        /// When polling last progressed: the listing was added, or a poll ended.
        var progressAt: ContinuousClock.Instant
        var healthFragment: Fragment
        var snapshot: ListingSnapshot?
        /// When the snapshot was complete, by the monotonic clock; nil once it is stale.
        var completeAt: ContinuousClock.Instant?

        /// When the snapshot becomes stale.
        var expiry: ContinuousClock.Instant? {
            if let completeAt, let staleAfter = timing.staleAfter { completeAt + staleAfter } else { nil }
        }

        /// The exported series, always the same number of fragments: an empty one keeps the position of a missing
        /// snapshot.
        var fragments: [Fragment] {
            [completeAt == nil ? nil : snapshot?.fragment, healthFragment].map { $0 ?? FragmentBuilder().build() }
        }
    }

    /// A workspace with its listings, in the order of the registry.
    private struct WorkspaceEntry {
        var workspace: Workspace
        var info: Fragment
        var handles: [ListingHandle] = []
    }

    private struct State {
        var workspaces: [WorkspaceKey: WorkspaceEntry] = [:]
        var entries: [ListingHandle: Entry] = [:]
        var version: UInt64 = 1
        var lastNumber: UInt64 = 0
        var settings = FragmentBuilder().build()
        /// The configured sources.
        var sources: Set<String> = []
        /// By source, and kept when a workspace is removed.
        var creations: [String: CreationDurations] = [:]
        /// When the next snapshot becomes stale, or earlier.
        var nextExpiry: ContinuousClock.Instant?
        var watchdog: Watchdog
        /// When the next listing may be stalled, or earlier; nil: unknown.
        var nextStall: ContinuousClock.Instant?
        /// The listings found stalled since the last ``SnapshotStore/takeStalls()``.
        var stalls: [(handle: ListingHandle, failure: APIFailure)] = []
    }

    private let clock: any ExporterClock
    private let state: Mutex<State>

    /// Creates an empty store.
    public init(clock: any ExporterClock) {
        self.clock = clock
        state = Mutex(State(watchdog: Watchdog(stallAfter: .seconds(Int32.max), now: clock.now)))
    }

    /// Sets the settings to export, and drops the series of sources that are no longer configured.
    /// - Parameter sources: the polling options by source.
    public func configure(_ sources: [String: PollOptions]) {
        let settings = PollHealthFamilies.settings(of: sources)
        state.withLock { state in
            state.settings = settings
            state.sources = Set(sources.keys)
            state.creations = state.creations.filter { state.sources.contains($0.key) }
            state.version += 1
        }
    }

    /// Adds a listing that has not been polled, and its workspace if it is new.
    func add(_ listing: String, of workspace: Workspace, _ timing: PollTiming) -> ListingHandle {
        let (info, health) = (workspace.infoFragment, PollHealth().fragment(of: listing, of: workspace))
        let now = clock.now
        return state.withLock { state in
            state.lastNumber += 1
            state.version += 1
            let handle = ListingHandle(number: state.lastNumber)
            state.entries[handle] = Entry(
                key: workspace.key, listing: listing, timing: timing, isOptional: ListingRegistry.isOptional(listing),
                progressAt: now, healthFragment: health)
            var entry = state.workspaces[workspace.key] ?? WorkspaceEntry(workspace: workspace, info: info)
            let position = ListingRegistry.position(of: listing)
            let index = entry.handles.firstIndex { other in
                state.entries[other].map { ListingRegistry.position(of: $0.listing) > position } ?? false
            }
            entry.handles.insert(handle, at: index ?? entry.handles.count)
            state.workspaces[workspace.key] = entry
            state.watchdog.stallAfter = min(state.watchdog.stallAfter, timing.stallAfter)
            state.nextStall = nil
            return handle
        }
    }

    /// Sets the times of a listing; they apply to its current snapshot, too.
    func configure(_ timing: PollTiming, for handle: ListingHandle) {
        state.withLock { state in
            state.entries[handle]?.timing = timing
            state.version += 1
            state.watchdog.stallAfter = min(state.watchdog.stallAfter, timing.stallAfter)
            state.nextStall = nil
            Self.noteExpiry(&state, handle)
        }
    }

    /// Updates the info labels of a workspace; its other series don't change.
    func updateInfo(of workspace: Workspace) {
        let info = workspace.infoFragment
        state.withLock { state in
            state.workspaces[workspace.key]?.workspace = workspace
            state.workspaces[workspace.key]?.info = info
            state.version += 1
        }
    }

    /// Removes a workspace; its series end immediately.
    func remove(_ key: WorkspaceKey) {
        state.withLock { state in
            for handle in state.workspaces.removeValue(forKey: key)?.handles ?? [] { state.entries[handle] = nil }
            state.version += 1
        }
    }

    /// Removes one listing of a workspace; its series end immediately.
    func remove(_ handle: ListingHandle, of key: WorkspaceKey) {
        state.withLock { state in
            state.workspaces[key]?.handles.removeAll { $0 == handle }
            state.entries[handle] = nil
            state.version += 1
        }
    }

    /// A number that changes whenever the result of ``fragments()`` changes. Reads the clock, because a snapshot
    /// becomes stale without any other event.
    public var version: UInt64 {
        withCurrentState { $0.version }
    }

    /// Calls `body` with the state after stale snapshots were dropped and stalls were noted.
    private func withCurrentState<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
        let now = clock.now
        return state.withLock { state in
            if let expiry = state.nextExpiry, now >= expiry { dropStale(&state, now: now) }
            if state.watchdog.isDue(now) { noteStalls(&state, now: now) }
            return body(&state)
        }
    }

    /// Returns the series of the settings: poll interval and stale-after.
    public func settingsFragment() -> Fragment { state.withLock { $0.settings } }

    /// Returns the series of the sources, ordered by name: the durations of creations.
    public func sourceFragments() -> [Fragment] {
        state.withLock { $0.creations }.sorted { $0.key < $1.key }.map { $1.fragment(of: $0) }
    }

    /// Returns the rendered series of every workspace, ordered by source and id.
    public func fragments() -> [Fragment] { fragments(of: currentEntries()) }

    /// Returns the rendered series of the workspaces that `selection` names; nil if one of its ids is unknown. Unknown
    /// sources are not detected: a source may have no workspaces.
    public func fragments(of selection: PageSelection) -> [Fragment]? {
        let selected = currentEntries().filter { workspace, _ in
            let key = workspace.workspace.key
            return (selection.sources.isEmpty || selection.sources.contains(key.source))
                && (selection.workspaceIDs.isEmpty || selection.workspaceIDs.contains(key.workspaceID))
        }
        let found = Set(selected.map(\.workspace.workspace.key.workspaceID))
        return selection.workspaceIDs.isSubset(of: found) ? fragments(of: selected) : nil
    }

    /// Orders workspaces by source and id. Sorts indices, because moving an entry retains and releases its contents.
    private static func ordered(
        _ workspaces: [(workspace: WorkspaceEntry, listings: [Entry])]
    ) -> [(workspace: WorkspaceEntry, listings: [Entry])] {
        let keys = workspaces.map(\.workspace.workspace.key)
        return keys.indices.sorted { keys[$0] < keys[$1] }.map { workspaces[$0] }
    }

    private func currentEntries() -> [(workspace: WorkspaceEntry, listings: [Entry])] {
        withCurrentState { state in
            state.workspaces.values.map { workspace in (workspace, workspace.handles.compactMap { state.entries[$0] }) }
        }
    }

    private func fragments(of workspaces: [(workspace: WorkspaceEntry, listings: [Entry])]) -> [Fragment] {
        Self.ordered(workspaces)
            .flatMap { workspace, listings in [workspace.info] + listings.flatMap(\.fragments) }
    }

    /// Returns the status of every workspace, ordered by source and id.
    public func statuses() -> [WorkspaceStatus] {
        let now = clock.now
        return Self.ordered(currentEntries()).map { workspace, listings in
            WorkspaceStatus(workspace: workspace.workspace, listings: listings.map { $0.status(now: now) })
        }
    }

    /// Whether the first poll of every listing that is not optional has ended, successful or not.
    public var isEveryListPolled: Bool {
        state.withLock { $0.entries.values.allSatisfy { $0.isOptional || $0.health.last != nil } }
    }

    /// The number of workspaces.
    public var workspaceCount: Int { state.withLock { $0.workspaces.count } }

    /// The workspaces with a listing whose last poll failed or that has not been polled.
    public var failing: [WorkspaceKey] {
        state.withLock { state in
            Set(state.entries.values.filter { $0.health.last.map { $0.failure != nil } ?? true }.map(\.key)).sorted()
        }
    }

    /// Whether every listing that is not optional is stalled; false without listings.
    public var isEveryListStalled: Bool {
        withCurrentState {
            !$0.entries.isEmpty && $0.entries.values.allSatisfy { $0.isOptional || $0.health.isStalled }
        }
    }

    /// Returns the listings found stalled since the last call, with their failures.
    func takeStalls() -> [(handle: ListingHandle, failure: APIFailure)] {
        withCurrentState { state in
            defer { state.stalls = [] }
            return state.stalls
        }
    }

    /// Finds the listings of which no poll has ended for too long.
    private func noteStalls(_ state: inout State, now: ContinuousClock.Instant) {
        state.watchdog.noteCheck(now)
        if let nextStall = state.nextStall, now < nextStall { return }
        state.nextStall = nil
        let time = Timestamp(microseconds: clock.wallMicroseconds)
        for (handle, entry) in state.entries where !entry.health.isStalled {
            let progress = max(entry.progressAt, entry.turn?.lastProgress ?? entry.progressAt)
            let limit = entry.timing.stallAfter
            guard let stalled = state.watchdog.stall(since: progress, now: now, limit: limit) else {
                state.nextStall = min(state.nextStall ?? progress + limit, progress + limit)
                continue
            }
            let failure = APIFailure(
                .stalled,
                "no poll has ended for \(stalled.components.seconds) s; the last one \(entry.turn?.activity ?? "was never started")"
            )
            Self.update(&state, handle) { $0.health.noteStall(failure, lasting: stalled, noticedAt: time) }
            state.stalls.append((handle, failure))
        }
    }

    /// Notes the end of a poll. A failed poll has no snapshot and changes no domain series.
    func note(_ result: PollHealth.PollResult, _ snapshot: ListingSnapshot?, for handle: ListingHandle) {
        let now = clock.now
        state.withLock { state in
            if state.entries[handle]?.health.isStalled == true { state.nextStall = nil }
            Self.update(&state, handle) { entry in
                entry.health.note(result)
                entry.turn = nil
                entry.progressAt = now
                if let snapshot { (entry.snapshot, entry.completeAt) = (snapshot, now) }
            }
            // The last poll of a removed source may end after its removal.
            if let snapshot, !snapshot.creations.isEmpty, let source = state.entries[handle]?.key.source,
                state.sources.contains(source)
            {
                state.creations[source, default: CreationDurations()].add(snapshot.creations)
            }
            Self.noteExpiry(&state, handle)
        }
    }

    /// Notes the start of a poll.
    func noteTurn(_ turn: PollTurn, for handle: ListingHandle) { state.withLock { $0.entries[handle]?.turn = turn } }

    /// Notes the number of slots that were skipped during a poll.
    func noteSkipped(_ slots: Int, for handle: ListingHandle) {
        guard slots > 0 else { return }
        state.withLock { Self.update(&$0, handle) { $0.health.noteSkipped(slots) } }
    }

    private static func update(_ state: inout State, _ handle: ListingHandle, _ change: (inout Entry) -> Void) {
        guard var entry = state.entries[handle], let workspace = state.workspaces[entry.key] else { return }
        change(&entry)
        entry.healthFragment = entry.health.fragment(of: entry.listing, of: workspace.workspace)
        state.entries[handle] = entry
        state.version += 1
    }

    private func dropStale(_ state: inout State, now: ContinuousClock.Instant) {
        for (handle, entry) in state.entries {
            guard let expiry = entry.expiry, now >= expiry else { continue }
            state.entries[handle]?.completeAt = nil
            state.version += 1
        }
        state.nextExpiry = state.entries.values.compactMap(\.expiry).min()
    }

    /// Moves `nextExpiry` forward if this listing becomes stale before it. Too early is harmless.
    private static func noteExpiry(_ state: inout State, _ handle: ListingHandle) {
        guard let expiry = state.entries[handle]?.expiry else { return }
        state.nextExpiry = min(state.nextExpiry ?? expiry, expiry)
    }
}

extension SnapshotStore.Entry {
    fileprivate func status(now: ContinuousClock.Instant) -> ListingStatus {
        var exported: ListingStatus.ExportedData?
        if let snapshot, let completeAt {
            exported = ListingStatus.ExportedData(
                age: now - completeAt, counts: snapshot.counts, summary: snapshot.summary, records: snapshot.records)
        }
        return ListingStatus(
            name: listing, polls: health.recent.map(ListingStatus.Poll.init), history: health.history,
            lastSuccess: health.lastSuccess, failingSince: health.failingSince, exported: exported,
            staleAfter: timing.staleAfter)
    }
}

extension ListingStatus.Poll {
    fileprivate init(_ result: PollHealth.PollResult) {
        self.init(
            endedAt: result.endedAt, duration: result.duration, failure: result.failure.map(ListingStatus.Failure.init))
    }
}
