// SPDX-License-Identifier: Apache-2.0
public import Base
import Synchronization

/// Suspends requests until ``FairLimiter`` admits them: limits the requests in flight over all sources, and the rate of
/// each source.
public final class RequestLimiter: Sendable {
    private struct State {
        var limiter: FairLimiter
        var lastTicket: UInt64 = 0
        var lastOrder: UInt64 = 0
        var continuations: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        /// When the timer fires; nil if there is none.
        var timer: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let clock: any ExporterClock
    /// The limit of concurrently decoded pages.
    let decodingLimiter = DecodingLimiter()

    /// Creates a limiter of `concurrency` requests in flight.
    public init(concurrency: Int, clock: any ExporterClock) {
        state = Mutex(State(limiter: FairLimiter(capacity: concurrency)))
        self.clock = clock
    }

    /// The maximum number of requests in flight.
    public var concurrency: Int { state.withLock { $0.limiter.capacity } }

    /// The number of waiting requests.
    var waiting: Int { state.withLock { $0.continuations.count } }

    /// Changes the limit of requests in flight. Requests beyond it aren't interrupted.
    public func resize(to concurrency: Int) { serve { $0.limiter.resize(to: concurrency, now: $1) } }

    /// Registers a client of `source`, for which the other sources leave a slot.
    func register(_ source: String) { state.withLock { $0.limiter.register(source) } }

    /// Unregisters a client of `source`.
    func unregister(_ source: String) { state.withLock { $0.limiter.unregister(source) } }

    /// Sets the rate limit of a source in requests per second; 0 is no limit.
    func setRate(_ perSecond: Double, of source: String) {
        serve { $0.limiter.setRate(perSecond, of: source, now: $1) }
    }

    /// Returns the order number of a poll that starts now, greater than all before.
    func nextOrder() -> UInt64 {
        state.withLock { state in
            state.lastOrder += 1
            return state.lastOrder
        }
    }

    /// Waits for a slot and a token of the rate limit.
    /// - Parameter order: the poll's order number if it has started, or else 0.
    /// - Returns: false if the task was canceled; then no slot is held.
    func acquire(_ holder: FairLimiter.Holder, _ stage: FairLimiter.Stage, order: UInt64) async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                var isCanceled = false
                serve { state, now in
                    // Checked under the lock that onCancel takes, so that a cancellation is either seen here or finds
                    // the ticket in its queue.
                    isCanceled = Task.isCancelled
                    if isCanceled { return [] }
                    state.continuations[ticket] = continuation
                    return state.limiter.enqueue(ticket, holder, stage, order: order, now: now)
                }
                if isCanceled { continuation.resume(returning: false) }
            }
        } onCancel: {
            let canceled = state.withLock { state in
                state.limiter.cancel(ticket, holder, stage, order: order)
                    ? state.continuations.removeValue(forKey: ticket) : nil
            }
            canceled?.resume(returning: false)
        }
    }

    /// Releases a slot.
    /// - Parameter isUnused: whether no request was sent, so that the token is returned, too.
    func release(_ holder: FairLimiter.Holder, isUnused: Bool = false) {
        serve { $0.limiter.release(holder, isUnused: isUnused, now: $1) }
    }

    /// Changes the limiter, resumes the served requests, and sets a timer for the next token.
    private func serve(_ change: (inout State, ContinuousClock.Instant) -> [UInt64]) {
        let now = clock.now
        let (served, timer) = state.withLock { state in
            let served = change(&state, now).compactMap { state.continuations.removeValue(forKey: $0) }
            guard let next = state.limiter.nextToken(after: now), state.timer.map({ next < $0 }) ?? true else {
                return (served, ContinuousClock.Instant?.none)
            }
            state.timer = next
            return (served, next)
        }
        for continuation in served { continuation.resume(returning: true) }
        guard let timer else { return }
        Task { [weak self, clock] in
            try? await clock.sleep(until: timer)
            self?.serve { state, now in
                if state.timer == timer { state.timer = nil }
                return state.limiter.serve(now: now)
            }
        }
    }
}
