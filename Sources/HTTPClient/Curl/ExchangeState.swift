// SPDX-License-Identifier: Apache-2.0

/// How far one exchange has come: decides between completion and cancellation, which arrive from different threads.
///
/// Whoever takes the waiter out of this value, and only they, resumes it; it can be taken once. The value knows
/// neither threads nor continuations: its owner guards it by a lock, and acts on what it returns outside the lock.
struct ExchangeState<Waiter> {
    private enum Stage {
        /// Nobody waits yet.
        case new
        /// Handed to the curl thread, which has not taken it up.
        case waiting(Waiter)
        /// The curl thread carries it out.
        case started(Waiter)
        /// The waiter has been taken, or will never come.
        case finished
    }

    /// What the owner must do after ``cancel()``.
    enum CancelAction {
        /// It ended before, or nobody waits yet.
        case nothing
        /// Resume the waiter; the curl thread has not begun and never will.
        case resume(Waiter)
        /// Resume the waiter, and tell the curl thread to drop the transfer.
        case resumeAndAbort(Waiter)
    }

    private var stage = Stage.new

    /// Someone begins to wait.
    /// - Returns: whether to hand the exchange over; false: it was cancelled before, the caller resumes `waiter`.
    mutating func wait(_ waiter: Waiter) -> Bool {
        guard case .new = stage else { return false }
        stage = .waiting(waiter)
        return true
    }

    /// The curl thread takes the exchange up.
    /// - Returns: whether to carry it out; false: it was cancelled while it lay in the inbox.
    mutating func start() -> Bool {
        guard case .waiting(let waiter) = stage else { return false }
        stage = .started(waiter)
        return true
    }

    /// The exchange came to an end by itself.
    /// - Returns: the waiter to resume; nil: a cancellation was faster.
    mutating func complete() -> Waiter? {
        defer { stage = .finished }
        switch stage {
        case .waiting(let waiter), .started(let waiter): return waiter
        case .new, .finished: return nil
        }
    }

    /// The waiting task is cancelled, perhaps before it waits, perhaps after the end.
    mutating func cancel() -> CancelAction {
        defer { stage = .finished }
        switch stage {
        case .new, .finished: return .nothing
        case .waiting(let waiter): return .resume(waiter)
        case .started(let waiter): return .resumeAndAbort(waiter)
        }
    }
}
