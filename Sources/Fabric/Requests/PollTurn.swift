// SPDX-License-Identifier: Apache-2.0
internal import Base
import Synchronization

/// The turn of one poll among all polls that share its source's rate limit. A poll starts when its first request is
/// sent; waiting for its turn, or for the end of the source's backoff, isn't part of it.
public final class PollTurn: Sendable {
    private enum State {
        /// The credential is being obtained.
        case preparing
        /// The first request waits for its turn, or for the end of the source's backoff.
        case waiting(since: ContinuousClock.Instant)
        /// The first request was sent.
        case begun(waitedSince: ContinuousClock.Instant, at: ContinuousClock.Instant, order: UInt64)
    }

    /// The subject of the poll: the ID of a workspace, followed by the name of an optional listing if it is one; empty
    /// for the list of workspaces.
    let subject: String
    let holder: FairLimiter.Holder
    private let stage: FairLimiter.Stage
    private let retryWindow: Duration
    private let clock: any ExporterClock
    /// When the source last sent a request.
    private let lastSent: @Sendable () -> ContinuousClock.Instant?
    private let madeAt: ContinuousClock.Instant
    private let state = Mutex(State.preparing)
    /// Whether the poll holds a slot that no request has used yet.
    private let holdsSlot = Mutex(false)
    private let changed = ChangeSignal()
    private let relistCount = Mutex(0)

    init(
        subject: String, holder: FairLimiter.Holder, stage: FairLimiter.Stage, retryWindow: Duration,
        clock: any ExporterClock, lastSent: @escaping @Sendable () -> ContinuousClock.Instant?
    ) {
        self.subject = subject
        self.holder = holder
        self.stage = stage
        self.retryWindow = retryWindow
        self.clock = clock
        self.lastSent = lastSent
        madeAt = clock.now
    }

    /// Whether the poll is one of an optional listing.
    var isOptional: Bool { holder.optionalListing != nil }

    /// When the poll started; nil before that.
    public var beganAt: ContinuousClock.Instant? {
        if case .begun(_, let moment, _) = state.withLock({ $0 }) { moment } else { nil }
    }

    /// How long the first request has waited for its turn; nil until it waits.
    public var waited: Duration? {
        switch state.withLock({ $0 }) {
        case .preparing: nil
        case .waiting(let since): clock.now - since
        case .begun(let since, let moment, _): moment - since
        }
    }

    /// The time of the poll's last progress. While it waits for its turn, each request of its source counts as
    /// progress.
    public var lastProgress: ContinuousClock.Instant {
        switch state.withLock({ $0 }) {
        case .preparing: madeAt
        case .waiting(let since): max(since, lastSent() ?? since)
        case .begun(_, let moment, _): moment
        }
    }

    /// The poll's current activity, as a predicate for messages about a stalled poll.
    public var activity: String {
        switch state.withLock({ $0 }) {
        case .preparing: "is waiting for a credential"
        case .waiting: "is waiting for its turn while the source sends no requests"
        case .begun: "has started but not ended"
        }
    }

    /// The number of relists of this poll.
    public var relists: Int { relistCount.withLock { $0 } }

    /// Counts a relist.
    func noteRelist() { relistCount.withLock { $0 += 1 } }

    /// Suspends until the poll has taken `limit`, counted from its start, or from its creation until it waits for its
    /// turn. Waiting for a turn has no limit.
    /// - Returns: false if the poll was still waiting for a credential by then.
    /// - Throws: `CancellationError`.
    public func sleep(untilTaken limit: Duration) async throws -> Bool {
        try await clock.sleep(until: madeAt + limit)
        while true {
            let seen = changed.version
            switch state.withLock({ $0 }) {
            case .preparing: return false
            case .waiting: await changed.wait(beyond: seen)
            case .begun(_, let moment, _):
                try await clock.sleep(until: moment + limit)
                return true
            }
            try Task.checkCancellation()
        }
    }

    /// The time after which no retry is sent.
    var retryUntil: ContinuousClock.Instant { (beganAt ?? clock.now) + retryWindow }

    /// Waits for the poll's turn, and keeps the slot for its first request.
    /// - Returns: false if the task was canceled; then no slot is held.
    func wait(_ limiter: RequestLimiter) async -> Bool {
        let isGranted = await take(limiter)
        if isGranted { holdsSlot.withLock { $0 = true } }
        return isGranted
    }

    /// Releases the slot that ``wait(_:)`` kept, unless a request has used it.
    func end(_ limiter: RequestLimiter) {
        if takeHeldSlot() { limiter.release(holder, isUnused: true) }
    }

    private func takeHeldSlot() -> Bool {
        holdsSlot.withLock { holdsSlot in
            defer { holdsSlot = false }
            return holdsSlot
        }
    }

    /// Waits for the turn of the next request.
    /// - Returns: false if the task was canceled; then no slot is held.
    func take(_ limiter: RequestLimiter) async -> Bool {
        if takeHeldSlot() { return true }
        let now = clock.now
        let order: UInt64? = state.withLock { state in
            switch state {
            case .begun(_, _, let order): return order
            case .preparing: state = .waiting(since: now)
            case .waiting: break
            }
            return nil
        }
        if let order { return await limiter.acquire(holder, .running, order: order) }
        changed.notify()
        return await limiter.acquire(holder, stage, order: 0)
    }

    /// Marks the poll as started, unless it was before. Called right before its first request is sent.
    func begin(_ limiter: RequestLimiter) {
        guard beganAt == nil else { return }
        let (now, order) = (clock.now, limiter.nextOrder())
        state.withLock { state in
            if case .waiting(let since) = state { state = .begun(waitedSince: since, at: now, order: order) }
        }
        changed.notify()
    }
}
