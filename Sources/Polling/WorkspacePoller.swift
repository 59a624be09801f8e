// SPDX-License-Identifier: Apache-2.0
public import Aggregation
public import Clocks
public import FabricAPI
public import FabricModel
public import Logging

/// Polls one workspace: lists it, folds the listing, and publishes what came of it.
public struct WorkspacePoller: Sendable {
    private let workspace: Workspace
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
        lister = EndpointLister(client: client, workspace: workspace, filter: filter)
        log = PollLog(workspace: workspace, logger: logger)
    }

    /// Polls at once and then in every slot until the task is cancelled. Polls never overlap: a slot that comes while
    /// one is running is skipped.
    public func run() async {
        let key = workspace.key
        let spread = PollSchedule.spread(of: "\(key.source)/\(key.workspaceID)")
        let schedule = PollSchedule(start: clock.now, interval: timing.interval, spread: spread)
        while !Task.isCancelled {
            let begin = clock.now
            // Read before the poll, so that a trigger that comes while it runs brings another one after it.
            let triggers = trigger.version
            await poll()
            let (slot, missed) = schedule.next(after: clock.now, pollBegan: begin)
            store.noteSkipped(missed, of: key, stay: stay)
            await rest(until: slot, orTriggerBeyond: triggers)
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

    /// One poll. A cancelled one leaves no trace.
    public func poll() async {
        let begin = clock.now
        let memory = store.memory(of: workspace.key)
        let isSuspect = store.lastFailure(of: workspace.key)?.reason == .timeout
        let outcome = await withinDeadline(begin + timing.longestPoll) {
            await lister.list(isSuspect: isSuspect, retryUntil: begin + timing.interval) {
                EndpointTally(settings: tally, memory: memory)
            }
        }
        if Task.isCancelled { return }
        let now = Timestamp(microseconds: clock.wallMicroseconds)
        var result = WorkspaceHealth.PollResult(
            failure: nil, relists: outcome.relists, duration: clock.now - begin, endedAt: now)
        switch outcome.result {
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
            result.failure = failure
            store.note(result, listing: nil, of: workspace.key, stay: stay)
            log.noteFailure(failure)
        }
    }

    private func withinDeadline(
        _ deadline: ContinuousClock.Instant,
        _ list: @escaping @Sendable () async -> ListingOutcome<EndpointTally>
    ) async -> ListingOutcome<EndpointTally> {
        await withTaskGroup(of: ListingOutcome<EndpointTally>?.self) { group in
            group.addTask { await list() }
            group.addTask {
                try? await clock.sleep(until: deadline)
                return nil
            }
            // Whichever ends first decides; the other is cancelled, and awaited when the group closes.
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            let last = await group.next() ?? nil
            // Complete in the very instant of the deadline is complete: the other order of the two is no truer.
            if let last, case .success = last.result { return last }
            let relists = last?.relists ?? 0
            let failure = APIFailure(.timeout, "the poll as a whole took longer than \(timing.longestPoll)")
            return ListingOutcome(result: .failure(failure), relists: relists)
        }
    }
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
    var longestPoll: Duration { max(interval * 2, exchangeTimeout * 3) }
}
