// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Logging
import Synchronization

/// A ``ListingPoller`` of any listing type.
protocol Poller: Sendable {
    /// Polls immediately and then in every slot of the schedule, until the task is canceled.
    func run() async
    /// Polls once. A canceled poll has no effect.
    func poll() async
    /// Frees the memory for the next poll; called after the last one.
    func discardMemory()
    /// Notes that the watchdog found the polls stalled.
    func noteStall(_ failure: APIFailure)
    /// The log of its polls.
    var log: PollLog { get }
}

/// Polls one listing of one workspace and publishes the results.
final class ListingPoller<L: Listing>: Poller {
    /// State that one poll passes to the next.
    struct Memory: Sendable {
        /// The memory of the listing; nil before the first complete read.
        var listing: L.Memory?
        /// The details of the last complete read.
        var details: [RecordDetail] = []
        /// The reason the last poll failed; nil if it succeeded or there was none.
        var failure: FailureReason?
    }

    private let listing: L
    private let client: SourceClient
    private let store: SnapshotStore
    private let handle: SnapshotStore.ListingHandle
    private let timing: PollTiming
    private let trigger: ChangeSignal
    private let clock: any ExporterClock
    let log: PollLog
    private let memory: Mutex<Memory>

    /// Creates a poller of `listing`.
    /// - Parameters:
    ///   - handle: identifies the listing in the store.
    ///   - trigger: triggers an immediate poll, outside the schedule.
    ///   - log: the log of the previous poller, if any, so that nothing is logged twice.
    ///   - memory: the memory of the previous poller, if any.
    init(
        _ listing: L, client: SourceClient, store: SnapshotStore, handle: SnapshotStore.ListingHandle,
        timing: PollTiming,
        trigger: ChangeSignal = ChangeSignal(), clock: any ExporterClock, log: PollLog, memory: Memory = Memory()
    ) {
        self.listing = listing
        self.client = client
        self.store = store
        self.handle = handle
        self.timing = timing
        self.trigger = trigger
        self.clock = clock
        self.log = log
        self.memory = Mutex(memory)
    }

    /// The state for the next poll.
    var lastMemory: Memory { memory.withLock { $0 } }

    /// Polls never overlap: a slot that begins during a poll is skipped.
    func run() async {
        let key = listing.workspace.key
        let spread = PollSchedule.spread(of: "\(key.source)/\(key.workspaceID)/\(L.name)")
        let schedule = PollSchedule(start: clock.now, interval: timing.interval, spread: spread)
        var lastTurn: ContinuousClock.Instant?
        while !Task.isCancelled {
            let requestedAt = clock.now
            // Read before the poll, so that a trigger during the poll causes another one after it.
            let triggers = trigger.version
            let turn = await pollInTurn()
            let (slot, missed) = schedule.next(after: clock.now, pollBegan: requestedAt)
            store.noteSkipped(missed, for: handle)
            noteRound(turn, lastTurn: lastTurn)
            lastTurn = turn.beganAt ?? lastTurn
            log.noteUnlogged(by: slot)
            await rest(until: slot, orTriggerAfter: triggers)
        }
        log.noteUnlogged(by: nil)
    }

    /// Notes the duration of one round of polls of all workspaces of the source, if it exceeds the interval.
    private func noteRound(_ turn: PollTurn, lastTurn: ContinuousClock.Instant?) {
        // Optional listings have what endpoints leave of the rate; their wait shows nothing about endpoints.
        guard !L.isOptional, let waited = turn.waited, let beganAt = turn.beganAt else { return }
        if waited > timing.interval {
            let round = lastTurn.map { beganAt - $0 } ?? waited
            if client.noteRound(round) == nil { log.noteOverload(round: round, interval: timing.interval) }
        } else if waited * 2 < timing.interval, client.round != nil, client.noteRound(nil) != nil {
            // Hysteresis of half an interval, so that the log doesn't alternate.
            log.noteEndOfOverload()
        }
    }

    private func rest(until slot: ContinuousClock.Instant, orTriggerAfter triggers: UInt64) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.clock.sleep(until: slot) }
            group.addTask { await self.trigger.wait(beyond: triggers) }
            await group.next()
            group.cancelAll()
        }
    }

    func poll() async {
        _ = await pollInTurn()
        log.noteUnlogged(by: nil)
    }

    func discardMemory() { memory.withLock { $0 = Memory() } }

    /// Polls once.
    /// - Returns: the poll's turn of the rate limit.
    func pollInTurn() async -> PollTurn {
        let requestedAt = clock.now
        let before = lastMemory
        let turn = client.turn(
            of: listing.workspace.key.workspaceID, optionalListing: L.isOptional ? L.name : nil,
            isSuspect: before.failure == .timeout || before.failure == .stalled,
            retryWindow: L.isOptional ? timing.interval : nil)
        store.noteTurn(turn, for: handle)
        let (outcome, overrun) = await withDeadline(of: turn, limit: timing.pollTimeout) {
            await Result { () async throws(APIFailure) in
                try await self.listing.read(through: self.client, turn, memory: before.listing)
            }
        }
        if Task.isCancelled { return turn }
        var result = PollHealth.PollResult(
            failure: nil, relists: turn.relists, duration: clock.now - (turn.beganAt ?? requestedAt),
            endedAt: Timestamp(microseconds: clock.wallMicroseconds))
        switch outcome {
        // A listing that completes exactly at the deadline counts as complete.
        case .success((let snapshot, let next)):
            log.noteDetails(snapshot.details, before: before.details, now: clock.now)
            memory.withLock { $0 = Memory(listing: next, details: snapshot.details) }
            store.note(result, snapshot, for: handle)
            log.noteSuccess(snapshot.counts, duration: result.duration)
            log.noteQueries(failed: snapshot.summary.failedQueries)
        case .failure(let failure):
            let failure = overrun ?? failure
            result.failure = failure
            memory.withLock { $0.failure = failure.reason }
            store.note(result, nil, for: handle)
            log.noteFailure(failure)
        }
        return turn
    }

    func noteStall(_ failure: APIFailure) {
        memory.withLock { $0.failure = failure.reason }
        log.noteFailure(failure)
    }
}

extension Result where Failure == APIFailure {
    /// Creates the result of `body`.
    init(_ body: () async throws(Failure) -> Success) async {
        do throws(Failure) { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
