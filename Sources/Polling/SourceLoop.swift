// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
import Synchronization

/// Reads something about a source as a whole in every interval: its workspaces or its quotas.
public protocol SourceLoop: Sendable {
    /// Reads immediately and then in every slot of the schedule, until the task is canceled. Reads never overlap: a slot
    /// that begins during one is skipped.
    func run() async
    /// Reads once. A canceled read has no effect.
    func step() async
    /// Notes a stalled read. Must be called every second.
    func watch()
}

/// The schedule, the deadline and the watchdog of a ``SourceLoop``.
final class IntervalLoop<Value: Sendable>: SourceLoop {
    private struct Progress {
        /// When the last read ended, or the loop was created.
        var at: ContinuousClock.Instant
        /// The running read; nil if there is none.
        var turn: PollTurn?
        var isStalled = false
        var watchdog: Watchdog
    }

    private let name: String
    private let spread: Double
    private let timing: PollTiming
    private let clock: any ExporterClock
    private let turn: @Sendable () -> PollTurn
    private let read: @Sendable (PollTurn) async throws(APIFailure) -> Value
    private let onSuccess: @Sendable (Value, Timestamp) async -> Void
    private let onFailure: @Sendable (APIFailure, Timestamp) -> Void
    private let progress: Mutex<Progress>

    /// Creates a loop.
    /// - Parameters:
    ///   - name: what is read, for messages, such as `discovery`.
    ///   - key: spreads the schedules of several loops over the interval.
    ///   - timing: the interval between reads and the timeout of one request.
    ///   - turn: returns the turn of a new read.
    ///   - onSuccess: called with the value and the time of the end of a successful read.
    ///   - onFailure: called at the end of a failed read, or when a read has stalled.
    init(
        _ name: String, key: String, timing: PollTiming, clock: any ExporterClock,
        turn: @escaping @Sendable () -> PollTurn,
        read: @escaping @Sendable (PollTurn) async throws(APIFailure) -> Value,
        onSuccess: @escaping @Sendable (Value, Timestamp) async -> Void,
        onFailure: @escaping @Sendable (APIFailure, Timestamp) -> Void
    ) {
        self.name = name
        spread = PollSchedule.spread(of: key)
        self.timing = timing
        self.clock = clock
        self.turn = turn
        self.read = read
        self.onSuccess = onSuccess
        self.onFailure = onFailure
        let now = clock.now
        progress = Mutex(Progress(at: now, watchdog: Watchdog(stallAfter: timing.stallAfter, now: now)))
    }

    func run() async {
        let schedule = PollSchedule(start: clock.now, interval: timing.interval, spread: spread)
        while !Task.isCancelled {
            let begin = clock.now
            await step()
            let (slot, _) = schedule.next(after: clock.now, pollBegan: begin)
            do { try await clock.sleep(until: slot) } catch { return }
        }
    }

    func watch() {
        let now = clock.now
        let failure = progress.withLock { progress -> APIFailure? in
            progress.watchdog.noteCheck(now)
            let last = max(progress.at, progress.turn?.lastProgress ?? progress.at)
            guard !progress.isStalled, let stalled = progress.watchdog.stall(since: last, now: now) else { return nil }
            progress.isStalled = true
            let activity = progress.turn?.activity ?? "was never started"
            return APIFailure(
                .stalled, "no \(name) has ended for \(stalled.components.seconds) s; the last one \(activity)")
        }
        if let failure { onFailure(failure, wallTime) }
    }

    func step() async {
        let turn = turn()
        progress.withLock { $0.turn = turn }
        let (outcome, overrun) = await withDeadline(of: turn, limit: timing.pollTimeout) { [read] in
            await Result { () async throws(APIFailure) in try await read(turn) }
        }
        if Task.isCancelled { return }
        progress.withLock { $0 = Progress(at: clock.now, watchdog: $0.watchdog) }
        switch outcome {
        case .success(let value): await onSuccess(value, wallTime)
        case .failure(let failure): onFailure(overrun ?? failure, wallTime)
        }
    }

    private var wallTime: Timestamp { Timestamp(microseconds: clock.wallMicroseconds) }
}
