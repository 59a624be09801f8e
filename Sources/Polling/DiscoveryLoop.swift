// SPDX-License-Identifier: Apache-2.0
public import Clocks
public import FabricAPI
public import FabricModel
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

    /// One discovery. A cancelled one leaves no trace.
    public func step() async {
        let begin = clock.now
        let outcome = await withDeadline(begin + timing.longestPoll, clock: clock) { [lister, timing] in
            await lister.list(retryUntil: begin + timing.interval)
        }
        if Task.isCancelled { return }
        let now = Timestamp(microseconds: clock.wallMicroseconds)
        do throws(APIFailure) {
            guard let outcome else {
                throw APIFailure(.timeout, "the discovery as a whole took longer than \(timing.longestPoll)")
            }
            let workspaces = try outcome.result.get()
            let selected = countSelected(workspaces)
            store.note(
                .found(DiscoveredCount(found: workspaces.count, selected: selected)), endedAt: now, of: source)
            let before = known.withLock { known in
                defer { known = workspaces }
                return known
            }
            log.noteSuccess(outcome, workspaces, selected: selected, before: before)
            if workspaces != before { await onChange(workspaces) }
        } catch {
            store.note(.failed(error.reason), endedAt: now, of: source)
            log.noteFailure(error)
        }
    }
}
