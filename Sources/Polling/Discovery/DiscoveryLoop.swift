// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Logging
import Synchronization

/// Discovers the workspaces of one source, again every interval, and hands on what it found when that has changed.
public final class DiscoveryLoop: Sendable {
    private let source: String
    private let lister: WorkspaceLister
    private let timing: PollTiming
    private let clock: any ExporterClock
    private let log: DiscoveryLog
    private let store: DiscoveryStore
    private let countSelected: @Sendable ([DiscoveredWorkspace]) -> Int
    private let onChange: @Sendable ([DiscoveredWorkspace]) async -> Void
    private struct Progress {
        /// When a discovery last ended, or the loop was made.
        var at: ContinuousClock.Instant
        /// The discovery that has not ended; nil if there is none.
        var turn: PollTurn?
        var isStalled = false
        var watchdog: Watchdog
    }

    private let progress: Mutex<Progress>
    /// The last known set; nil until a discovery has succeeded.
    private let known = Mutex<[DiscoveredWorkspace]?>(nil)

    /// A loop for `source`, one of the store's.
    /// - Parameters:
    ///   - timing: how often to discover, and how long one exchange may take.
    ///   - countSelected: returns how many of the workspaces found are polled, over all shards. Default: all of them.
    ///   - onChange: given the workspaces, ordered by id, when the first discovery has succeeded and whenever a later
    ///     one has found others. A failed discovery keeps the last known set.
    public init(
        source: String, lister: WorkspaceLister, timing: PollTiming, clock: any ExporterClock, logger: Logger,
        store: DiscoveryStore, countSelected: @escaping @Sendable ([DiscoveredWorkspace]) -> Int = { $0.count },
        onChange: @escaping @Sendable ([DiscoveredWorkspace]) async -> Void
    ) {
        self.source = source
        self.lister = lister
        self.timing = timing
        self.clock = clock
        self.store = store
        self.countSelected = countSelected
        self.onChange = onChange
        log = DiscoveryLog(source: source, logger: logger)
        let now = clock.now
        progress = Mutex(Progress(at: now, watchdog: Watchdog(stallAfter: timing.stallAfter, now: now)))
    }

    /// Discovers at once and then in every slot until the task is cancelled. Discoveries never overlap: a slot that
    /// comes while one is running is skipped.
    public func run() async {
        let schedule = PollSchedule(
            start: clock.now, interval: timing.interval, spread: PollSchedule.spread(of: source))
        while !Task.isCancelled {
            let begin = clock.now
            await step()
            let (slot, _) = schedule.next(after: clock.now, pollBegan: begin)
            do { try await clock.sleep(until: slot) } catch { return }
        }
    }

    /// Notes a discovery that does not end, whatever the cause. To be called every second.
    public func watch() {
        let now = clock.now
        let failure = progress.withLock { progress -> APIFailure? in
            progress.watchdog.look(now)
            let last = max(progress.at, progress.turn?.lastProgress ?? progress.at)
            guard !progress.isStalled, let stalled = progress.watchdog.stall(since: last, now: now) else { return nil }
            progress.isStalled = true
            let activity = progress.turn?.activity ?? "was never started"
            return APIFailure(
                .stalled, "no discovery has ended for \(stalled.components.seconds) s; the last one \(activity)")
        }
        guard let failure else { return }
        store.note(.failed(.stalled), endedAt: Timestamp(microseconds: clock.wallMicroseconds), of: source)
        log.noteFailure(failure)
    }

    /// One discovery. A canceled one leaves no trace.
    public func step() async {
        let turn = lister.turn(retryWindow: timing.interval)
        progress.withLock { $0.turn = turn }
        let (outcome, overrun) = await withDeadline(of: turn, limit: timing.longestPoll) { [lister] in
            await Result { () async throws(APIFailure) in try await lister.list(turn) }
        }
        if Task.isCancelled { return }
        progress.withLock { $0 = Progress(at: clock.now, watchdog: $0.watchdog) }
        let now = Timestamp(microseconds: clock.wallMicroseconds)
        do throws(APIFailure) {
            if let overrun, case .failure = outcome { throw overrun }
            let list = try outcome.get()
            let workspaces = list.workspaces
            let selected = countSelected(workspaces)
            store.note(
                .found(DiscoveredCount(found: workspaces.count, selected: selected)), endedAt: now, of: source)
            let before = known.withLock { known in
                defer { known = workspaces }
                return known
            }
            log.noteSuccess(list, selected: selected, before: before)
            if workspaces != before { await onChange(workspaces) }
        } catch {
            store.note(.failed(error.reason), endedAt: now, of: source)
            log.noteFailure(error)
        }
    }
}
