// SPDX-License-Identifier: Apache-2.0
public import Base
public import Exposition
public import Fabric
internal import Listings
import Synchronization

/// The last complete snapshot and the health of every list of every workspace. Pollers write, scrapes read; what they read is
/// immutable and neither waits for the other longer than it takes to swap a reference.
public final class SnapshotStore: Sendable {
    /// Where one list of one workspace is kept, from the moment it is added until it is removed. What is noted at a place
    /// that is there no longer, such as a poll that was still ending, is lost.
    struct Place: Hashable, Sendable {
        fileprivate var number: UInt64
    }

    fileprivate struct Entry {
        var key: WorkspaceKey
        var listing: String
        var timing: PollTiming
        var health = PollHealth()
        /// The poll that has not ended; nil if there is none.
        var turn: PollTurn?
        /// When polling last went on: the list was added, or a poll ended.
        var progressAt: ContinuousClock.Instant
        var healthFragment: Fragment
        var snapshot: ListingSnapshot?
        /// When the snapshot was complete, by the monotonic clock; nil once it has been withdrawn.
        var completeAt: ContinuousClock.Instant?

        /// When the snapshot is withdrawn.
        var expiry: ContinuousClock.Instant? {
            if let completeAt, let staleAfter = timing.staleAfter { completeAt + staleAfter } else { nil }
        }

        /// The series as they are served, always as many fragments: an empty one keeps the place of a snapshot that is
        /// not there.
        var fragments: [Fragment] {
            [completeAt == nil ? nil : snapshot?.fragment, healthFragment].map { $0 ?? FragmentBuilder().build() }
        }
    }

    /// A workspace with its lists, in the order in which they were added.
    private struct Kept {
        var workspace: Workspace
        var info: Fragment
        var places: [Place] = []
    }

    private struct State {
        var workspaces: [WorkspaceKey: Kept] = [:]
        var entries: [Place: Entry] = [:]
        var version: UInt64 = 1
        var lastNumber: UInt64 = 0
        var settings = FragmentBuilder().build()
        /// The earliest moment at which a snapshot becomes too old.
        var nextExpiry: ContinuousClock.Instant?
        var watchdog: Watchdog
        /// Lists found stalled since they were last asked for.
        var stalls: [(place: Place, failure: APIFailure)] = []
    }

    private let clock: any ExporterClock
    private let state: Mutex<State>

    /// An empty store.
    public init(clock: any ExporterClock) {
        self.clock = clock
        state = Mutex(State(watchdog: Watchdog(stallAfter: .seconds(Int32.max), now: clock.now)))
    }

    /// Takes over which settings are served.
    public func configure(sources: [String], _ timing: PollTiming) {
        let settings = PollHealthFamilies.settings(of: sources, timing)
        state.withLock { state in
            state.settings = settings
            state.version += 1
        }
    }

    /// Takes in a list that has not been polled, and its workspace if that is not there.
    func add(_ listing: String, of workspace: Workspace, _ timing: PollTiming) -> Place {
        let (info, health) = (workspace.infoFragment, PollHealth().fragment(of: listing, of: workspace))
        let now = clock.now
        return state.withLock { state in
            state.lastNumber += 1
            state.version += 1
            let place = Place(number: state.lastNumber)
            state.entries[place] = Entry(
                key: workspace.key, listing: listing, timing: timing, progressAt: now, healthFragment: health)
            state.workspaces[workspace.key, default: Kept(workspace: workspace, info: info)].places.append(place)
            state.watchdog.stallAfter = min(state.watchdog.stallAfter, timing.stallAfter)
            return place
        }
    }

    /// Takes over other times; what is kept is measured by them from now on.
    func configure(_ timing: PollTiming, at place: Place) {
        state.withLock { state in
            state.entries[place]?.timing = timing
            state.version += 1
            state.watchdog.stallAfter = min(state.watchdog.stallAfter, timing.stallAfter)
            Self.noteExpiry(&state, place)
        }
    }

    /// Takes over what is told of a workspace beside its series; labels and snapshots stay.
    func describe(_ workspace: Workspace) {
        let info = workspace.infoFragment
        state.withLock { state in
            state.workspaces[workspace.key]?.workspace = workspace
            state.workspaces[workspace.key]?.info = info
            state.version += 1
        }
    }

    /// Drops a workspace, whose series go at once.
    func remove(_ key: WorkspaceKey) {
        state.withLock { state in
            for place in state.workspaces.removeValue(forKey: key)?.places ?? [] { state.entries[place] = nil }
            state.version += 1
        }
    }

    /// Changes whenever ``fragments()`` would give something else; looks at the clock, because a snapshot grows old
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

    /// The series of the settings: how often lists are polled, and when snapshots are withdrawn.
    public func settingsFragment() -> Fragment { state.withLock { $0.settings } }

    /// Every workspace's rendered series, ordered by source and id.
    public func fragments() -> [Fragment] { fragments(of: kept()) }

    /// The rendered series of the workspaces that `selection` names; nil where one of its ids is nobody's. Of its sources
    /// only the store's workspaces are known here.
    public func fragments(of selection: PageSelection) -> [Fragment]? {
        let selected = kept().filter { kept, _ in
            let key = kept.workspace.key
            return (selection.sources.isEmpty || selection.sources.contains(key.source))
                && (selection.workspaceIDs.isEmpty || selection.workspaceIDs.contains(key.workspaceID))
        }
        let found = Set(selected.map(\.kept.workspace.key.workspaceID))
        return selection.workspaceIDs.isSubset(of: found) ? fragments(of: selected) : nil
    }

    private func kept() -> [(kept: Kept, entries: [Entry])] {
        withCurrentState { state in
            state.workspaces.values.map { kept in (kept, kept.places.compactMap { state.entries[$0] }) }
        }
    }

    private func fragments(of workspaces: [(kept: Kept, entries: [Entry])]) -> [Fragment] {
        workspaces.sorted { $0.kept.workspace.key < $1.kept.workspace.key }
            .flatMap { kept, entries in [kept.info] + entries.flatMap(\.fragments) }
    }

    /// What is known of every workspace, for people, ordered by source and id.
    public func statuses() -> [WorkspaceStatus] {
        let now = clock.now
        return kept().sorted { $0.kept.workspace.key < $1.kept.workspace.key }.map { kept, entries in
            WorkspaceStatus(workspace: kept.workspace, listings: entries.map { $0.status(now: now) })
        }
    }

    /// Whether the first poll of every list has ended, well or badly.
    public var isEveryListPolled: Bool {
        state.withLock { $0.entries.values.allSatisfy { $0.health.last != nil } }
    }

    /// The workspaces of which the last poll of a list failed, and those of which one has not been polled.
    public var failing: [WorkspaceKey] {
        state.withLock { state in
            Set(state.entries.values.filter { $0.health.last.map { $0.failure != nil } ?? true }.map(\.key)).sorted()
        }
    }

    /// Whether there are lists, and no poll of any has ended for too long.
    public var isEveryListStalled: Bool {
        withCurrentState { !$0.entries.isEmpty && $0.entries.values.allSatisfy(\.health.isStalled) }
    }

    /// The lists found stalled since the last call, and how.
    func takeStalls() -> [(place: Place, failure: APIFailure)] {
        withCurrentState { state in
            defer { state.stalls = [] }
            return state.stalls
        }
    }

    /// Finds the lists of which no poll has ended for too long, whatever the cause.
    private func noteStalls(_ state: inout State, now: ContinuousClock.Instant) {
        state.watchdog.look(now)
        let time = Timestamp(microseconds: clock.wallMicroseconds)
        for (place, entry) in state.entries where !entry.health.isStalled {
            let progress = max(entry.progressAt, entry.turn?.lastProgress ?? entry.progressAt)
            let limit = entry.timing.stallAfter
            guard let stalled = state.watchdog.stall(since: progress, now: now, limit: limit) else { continue }
            let failure = APIFailure(
                .stalled,
                "no poll has ended for \(stalled.components.seconds) s; the last one \(entry.turn?.activity ?? "was never started")"
            )
            Self.update(&state, place) { $0.health.noteStall(failure, lasting: stalled, noticedAt: time) }
            state.stalls.append((place, failure))
        }
    }

    /// Notes the end of a poll. A failed one brings no snapshot and changes no domain series.
    func note(_ result: PollHealth.PollResult, _ snapshot: ListingSnapshot?, at place: Place) {
        let now = clock.now
        state.withLock { state in
            Self.update(&state, place) { entry in
                entry.health.note(result)
                entry.turn = nil
                entry.progressAt = now
                if let snapshot { (entry.snapshot, entry.completeAt) = (snapshot, now) }
            }
            Self.noteExpiry(&state, place)
        }
    }

    /// Notes that a poll has been started.
    func noteTurn(_ turn: PollTurn, at place: Place) { state.withLock { $0.entries[place]?.turn = turn } }

    /// Notes slots that passed while a poll was running.
    func noteSkipped(_ slots: Int, at place: Place) {
        guard slots > 0 else { return }
        state.withLock { Self.update(&$0, place) { $0.health.noteSkipped(slots) } }
    }

    private static func update(_ state: inout State, _ place: Place, _ change: (inout Entry) -> Void) {
        guard var entry = state.entries[place], let kept = state.workspaces[entry.key] else { return }
        change(&entry)
        entry.healthFragment = entry.health.fragment(of: entry.listing, of: kept.workspace)
        state.entries[place] = entry
        state.version += 1
    }

    private func withdrawStale(_ state: inout State, now: ContinuousClock.Instant) {
        for (place, entry) in state.entries {
            guard let expiry = entry.expiry, now >= expiry else { continue }
            state.entries[place]?.completeAt = nil
            state.version += 1
        }
        state.nextExpiry = state.entries.values.compactMap(\.expiry).min()
    }

    /// Sees to it that the next look for what is too old is not too late. One too early costs little.
    private static func noteExpiry(_ state: inout State, _ place: Place) {
        guard let expiry = state.entries[place]?.expiry else { return }
        state.nextExpiry = min(state.nextExpiry ?? expiry, expiry)
    }
}

extension SnapshotStore.Entry {
    fileprivate func status(now: ContinuousClock.Instant) -> ListingStatus {
        var served: ListingStatus.Served?
        if let snapshot, let completeAt {
            served = ListingStatus.Served(
                age: now - completeAt, counts: snapshot.counts, summary: snapshot.summary, details: snapshot.details)
        }
        return ListingStatus(
            name: listing, polls: health.history.map(ListingStatus.Poll.init), lastSuccess: health.lastSuccess,
            failingSince: health.failingSince, served: served)
    }
}

extension ListingStatus.Poll {
    fileprivate init(_ result: PollHealth.PollResult) {
        let failure = result.failure.map { failure in
            ListingStatus.Failure(
                reason: failure.reason, message: failure.message, status: failure.status, code: failure.code,
                requestID: failure.requestID)
        }
        self.init(endedAt: result.endedAt, duration: result.duration, failure: failure)
    }
}
