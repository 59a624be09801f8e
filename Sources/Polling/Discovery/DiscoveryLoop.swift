// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Logging
import Synchronization

/// Discovers the workspaces of one source in every interval and reports changes.
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
        /// When the last discovery ended, or the loop was created.
        var at: ContinuousClock.Instant
        /// The running discovery; nil if there is none.
        var turn: PollTurn?
        var isStalled = false
        var watchdog: Watchdog
    }

    private let progress: Mutex<Progress>
    /// The last known workspaces; nil before the first successful discovery.
    private let known = Mutex<[DiscoveredWorkspace]?>(nil)

    /// Creates a loop for `source`, which the store must have.
    /// - Parameters:
    ///   - timing: the interval between discoveries and the timeout of one request.
    ///   - countSelected: returns the number of discovered workspaces that are polled, over all shards. Default: all.
    ///   - onChange: called with the workspaces, ordered by id, after the first successful discovery and after each one
    ///     that found different workspaces. A failed discovery keeps the last known workspaces.
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

    /// Discovers immediately and then in every slot of the schedule, until the task is canceled. Discoveries never
    /// overlap: a slot that begins during one is skipped.
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

    /// Notes a stalled discovery. Must be called every second.
    public func watch() {
        let now = clock.now
        let failure = progress.withLock { progress -> APIFailure? in
            progress.watchdog.noteCheck(now)
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

    /// Discovers once. A canceled discovery has no effect.
    public func step() async {
        let turn = lister.turn(retryWindow: timing.interval)
        progress.withLock { $0.turn = turn }
        let (outcome, overrun) = await withDeadline(of: turn, limit: timing.pollTimeout) { [lister] in
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
