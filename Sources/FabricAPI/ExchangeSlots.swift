// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The cap on HTTP exchanges in flight, over all sources. ``SlotLedger`` says whose turn it is.
public final class ExchangeSlots: Sendable {
    private struct State {
        var ledger: SlotLedger
        var lastTicket: UInt64 = 0
        var continuations: [UInt64: CheckedContinuation<Bool, Never>] = [:]

        mutating func take(_ tickets: [UInt64]) -> [CheckedContinuation<Bool, Never>] {
            tickets.compactMap { continuations.removeValue(forKey: $0) }
        }
    }

    private let state: Mutex<State>

    /// `count` slots.
    public init(count: Int) { state = Mutex(State(ledger: SlotLedger(capacity: count))) }

    /// How many slots there are.
    public var capacity: Int { state.withLock { $0.ledger.capacity } }

    /// Changes the number of slots; exchanges in flight beyond it go on to their end.
    public func resize(to count: Int) {
        let served = state.withLock { state in state.take(state.ledger.resize(to: count)) }
        for continuation in served { continuation.resume(returning: true) }
    }

    /// Notes that there is a client of `source`, for which a slot is to be left by the others.
    func register(_ source: String) { state.withLock { $0.ledger.register(source) } }

    /// Notes that a client of `source` has gone.
    func unregister(_ source: String) { state.withLock { $0.ledger.unregister(source) } }

    /// Waits for a slot.
    /// - Returns: false when the task was cancelled; then there is nothing to give back.
    func acquire(_ lane: SlotLedger.Lane) async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    // Looked at under the lock that onCancel takes, so that a cancel is either seen here or finds the
                    // ticket in its line.
                    if Task.isCancelled { return false }
                    if state.ledger.ask(ticket, lane) { return true }
                    state.continuations[ticket] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let cancelled = state.withLock { state in
                state.ledger.cancel(ticket, lane) ? state.continuations.removeValue(forKey: ticket) : nil
            }
            cancelled?.resume(returning: false)
        }
    }

    /// Gives a slot back.
    func release(_ lane: SlotLedger.Lane) {
        let served = state.withLock { state in state.take(state.ledger.release(lane)) }
        for continuation in served { continuation.resume(returning: true) }
    }
}
