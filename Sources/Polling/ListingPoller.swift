// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Logging
import Synchronization

/// A ``ListingPoller`` of any list.
protocol Poller: Sendable {
    /// Polls at once and then in every slot until the task is cancelled.
    func run() async
    /// One poll. A canceled one leaves no trace.
    func poll() async
    /// Frees what the next poll would have been told, because there is none.
    func forget()
    /// Notes that the watchdog found its polls stalled.
    func noteStall(_ failure: APIFailure)
    /// Says what happens to its polls.
    var log: PollLog { get }
}

/// Polls one list of one workspace: reads it and publishes the result.
final class ListingPoller<L: Listing>: Poller {
    /// What one poll hands to the next.
    struct Memory: Sendable {
        /// What the list wants to know; nil before the first complete read.
        var listing: L.Memory?
        /// The details of the last complete read.
        var details: [RecordDetail] = []
        /// Why the last poll failed; nil where it did not, or there was none.
        var failure: FailureReason?
    }

    private let listing: L
    private let client: SourceClient
    private let store: SnapshotStore
    private let place: SnapshotStore.Place
    private let timing: PollTiming
    private let trigger: ChangeSignal
    private let clock: any ExporterClock
    let log: PollLog
    private let memory: Mutex<Memory>

    /// A poller of `listing`.
    /// - Parameters:
    ///   - place: where the store keeps what it publishes.
    ///   - trigger: given when the list is to be polled at once, out of its turn.
    ///   - log: of the poller before, so that what was said is not said again.
    ///   - memory: of the poller before.
    init(
        _ listing: L, client: SourceClient, store: SnapshotStore, place: SnapshotStore.Place, timing: PollTiming,
        trigger: ChangeSignal = ChangeSignal(), clock: any ExporterClock, log: PollLog, memory: Memory = Memory()
    ) {
        self.listing = listing
        self.client = client
        self.store = store
        self.place = place
        self.timing = timing
        self.trigger = trigger
        self.clock = clock
        self.log = log
        self.memory = Mutex(memory)
    }

    /// What the next poll is to know.
    var lastMemory: Memory { memory.withLock { $0 } }

    /// Polls never overlap: a slot that comes while one is running is skipped.
    func run() async {
        let key = listing.workspace.key
        let spread = PollSchedule.spread(of: "\(key.source)/\(key.workspaceID)/\(L.name)")
        let schedule = PollSchedule(start: clock.now, interval: timing.interval, spread: spread)
        var lastTurn: ContinuousClock.Instant?
        while !Task.isCancelled {
            let asked = clock.now
            // Read before the poll, so that a trigger that comes while it runs brings another one after it.
            let triggers = trigger.version
            let turn = await pollInTurn()
            let (slot, missed) = schedule.next(after: clock.now, pollBegan: asked)
            store.noteSkipped(missed, at: place)
            noteRound(turn, lastTurn: lastTurn)
            lastTurn = turn.beganAt ?? lastTurn
            log.noteUnlogged(by: slot)
            await rest(until: slot, orTriggerBeyond: triggers)
        }
        log.noteUnlogged(by: nil)
    }

    /// Notes how long it takes until every workspace of the source has had its turn, if that is longer than the interval.
    private func noteRound(_ turn: PollTurn, lastTurn: ContinuousClock.Instant?) {
        guard let waited = turn.waited, let beganAt = turn.beganAt else { return }
        if waited > timing.interval {
            let round = lastTurn.map { beganAt - $0 } ?? waited
            if client.noteRound(round) == nil { log.noteOverload(round: round, interval: timing.interval) }
        } else if waited * 2 < timing.interval, client.round != nil, client.noteRound(nil) != nil {
            // Half an interval apart from where it begins, so that the log does not repeat it.
            log.noteEndOfOverload()
        }
    }

    private func rest(until slot: ContinuousClock.Instant, orTriggerBeyond triggers: UInt64) async {
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

    func forget() { memory.withLock { $0 = Memory() } }

    /// One poll.
    /// - Returns: its turn of the rate limit.
    func pollInTurn() async -> PollTurn {
        let asked = clock.now
        let before = lastMemory
        let turn = client.turn(
            of: listing.workspace.key.workspaceID, isSuspect: before.failure == .timeout || before.failure == .stalled)
        store.noteTurn(turn, at: place)
        let (outcome, overrun) = await withDeadline(of: turn, limit: timing.longestPoll) {
            await Result { () async throws(APIFailure) in
                try await self.listing.read(through: self.client, turn, memory: before.listing)
            }
        }
        if Task.isCancelled { return turn }
        var result = PollHealth.PollResult(
            failure: nil, relists: turn.relists, duration: clock.now - (turn.beganAt ?? asked),
            endedAt: Timestamp(microseconds: clock.wallMicroseconds))
        switch outcome {
        // One that is complete at the very moment of the deadline is complete.
        case .success((let snapshot, let next)):
            log.noteDetails(snapshot.details, before: before.details, now: clock.now)
            memory.withLock { $0 = Memory(listing: next, details: snapshot.details) }
            store.note(result, snapshot, at: place)
            log.noteSuccess(snapshot.counts, duration: result.duration)
        case .failure(let failure):
            let reason = overrun ?? failure
            result.failure = reason
            memory.withLock { $0.failure = reason.reason }
            store.note(result, nil, at: place)
            log.noteFailure(reason)
        }
        return turn
    }

    func noteStall(_ failure: APIFailure) {
        memory.withLock { $0.failure = failure.reason }
        log.noteFailure(failure)
    }
}

extension Result where Failure == APIFailure {
    /// What `body` returns, or why it failed.
    init(_ body: () async throws(Failure) -> Success) async {
        do throws(Failure) { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
