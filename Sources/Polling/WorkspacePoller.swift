// SPDX-License-Identifier: Apache-2.0
public import Aggregation
public import Clocks
public import FabricAPI
public import FabricModel
public import Logging

/// Polls one workspace: lists it, folds the listing, and publishes what came of it.
public struct WorkspacePoller: Sendable {
    private let workspace: Workspace
    private let client: SourceClient
    private let lister: EndpointLister
    private let store: SnapshotStore
    private let tally: EndpointTally.Settings
    private let timing: PollTiming
    private let clock: any ExporterClock
    private let log: PollLog
    private let stay: UInt64?
    private let trigger: ChangeSignal

    /// A poller of `workspace`, one of the store's.
    /// - Parameters:
    ///   - stay: what the store gave for it; nil: whatever is there under its key.
    ///   - trigger: given when the workspace is to be polled at once, out of its turn.
    public init(
        workspace: Workspace, filter: EndpointFilter, client: SourceClient, store: SnapshotStore, stay: UInt64? = nil,
        tally: EndpointTally.Settings, timing: PollTiming, trigger: ChangeSignal = ChangeSignal(),
        clock: any ExporterClock, logger: Logger
    ) {
        self.workspace = workspace
        self.store = store
        self.stay = stay
        self.trigger = trigger
        self.tally = tally
        self.timing = timing
        self.clock = clock
        self.client = client
        lister = EndpointLister(client: client, workspace: workspace, filter: filter)
        log = PollLog(workspace: workspace, logger: logger)
    }

    /// Polls at once and then in every slot until the task is cancelled. Polls never overlap: a slot that comes while
    /// one is running is skipped.
    public func run() async {
        let key = workspace.key
        let spread = PollSchedule.spread(of: "\(key.source)/\(key.workspaceID)")
        let schedule = PollSchedule(start: clock.now, interval: timing.interval, spread: spread)
        var lastTurn: ContinuousClock.Instant?
        while !Task.isCancelled {
            let asked = clock.now
            // Read before the poll, so that a trigger that comes while it runs brings another one after it.
            let triggers = trigger.version
            let turn = await pollInTurn()
            let (slot, missed) = schedule.next(after: clock.now, pollBegan: asked)
            store.noteSkipped(missed, of: key, stay: stay)
            noteRound(turn, lastTurn: lastTurn)
            lastTurn = turn.beganAt ?? lastTurn
            await rest(until: slot, orTriggerBeyond: triggers)
        }
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
            group.addTask { try? await clock.sleep(until: slot) }
            group.addTask { await trigger.wait(beyond: triggers) }
            await group.next()
            group.cancelAll()
        }
    }

    /// One poll. A canceled one leaves no trace.
    public func poll() async { _ = await pollInTurn() }

    /// One poll.
    /// - Returns: its turn of the rate limit.
    private func pollInTurn() async -> PollTurn {
        let asked = clock.now
        let memory = store.memory(of: workspace.key)
        let lastReason = store.lastFailure(of: workspace.key)?.reason
        let turn = lister.turn(isSuspect: lastReason == .timeout || lastReason == .stalled)
        store.noteTurn(turn, of: workspace.key, stay: stay)
        let (outcome, overrun) = await withDeadline(of: turn, limit: timing.longestPoll) {
            await lister.list(turn) { EndpointTally(settings: tally, memory: memory) }
        }
        if Task.isCancelled { return turn }
        let now = Timestamp(microseconds: clock.wallMicroseconds)
        var result = WorkspaceHealth.PollResult(
            failure: nil, relists: outcome.relists, duration: clock.now - (turn.beganAt ?? asked), endedAt: now)
        switch outcome.result {
        // One that is complete at the very moment of the deadline is complete.
        case .success(let listing):
            let counts = WorkspaceListing.Counts(
                endpoints: listing.endpoints, skippedRecords: listing.skippedRecords,
                malformedFields: listing.malformedFields)
            let snapshot = WorkspaceListing(tally: listing.fold, counts: counts, labels: workspace.labels, now: now)
            log.noteDetails(snapshot.details, before: store.details(of: workspace.key))
            store.note(
                result, listing: tally.remembers ? snapshot : snapshot.forPageAlone, of: workspace.key, stay: stay)
            log.noteSuccess(counts, duration: result.duration)
        case .failure(let failure):
            let reason = overrun ?? failure
            result.failure = reason
            store.note(result, listing: nil, of: workspace.key, stay: stay)
            log.noteFailure(reason)
        }
        return turn
    }

    /// Logs that the watchdog found the polls of this workspace stalled.
    func noteStall(_ failure: APIFailure) { log.noteFailure(failure) }
}

/// The times of a poll.
public struct PollTiming: Sendable, Equatable {
    /// How often a workspace is polled.
    public var interval: Duration
    /// How long one HTTP exchange may take.
    public var exchangeTimeout: Duration

    /// Times of these lengths.
    public init(interval: Duration, exchangeTimeout: Duration) {
        self.interval = interval
        self.exchangeTimeout = exchangeTimeout
    }

    /// How long a poll may take with all its retries.
    public var longestPoll: Duration { max(interval * 2, exchangeTimeout * 3) }

    /// Without an ended poll for this long, polling has stalled.
    public var stallAfter: Duration { longestPoll * 2 }
}
