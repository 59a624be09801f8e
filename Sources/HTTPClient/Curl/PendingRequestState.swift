// SPDX-License-Identifier: Apache-2.0

/// The state of a request. It decides whether completion or cancellation is first if they come from different threads.
///
/// Methods return the waiter at most once; the caller that receives it resumes it. The owner protects the value with a
/// lock and resumes the waiter outside the lock.
struct PendingRequestState<Waiter> {
    private enum Stage {
        /// No task waits yet.
        case new
        /// Posted to the curl thread, which has not started it.
        case waiting(Waiter)
        /// Started by the curl thread.
        case started(Waiter)
        /// Completed or canceled.
        case finished
    }

    /// The action required after ``cancel()``.
    enum CancelAction {
        /// No action: the request is finished, or no task waits yet.
        case nothing
        /// Resume the waiter; the curl thread will not start the request.
        case resume(Waiter)
        /// Resume the waiter, and have the curl thread abort the transfer.
        case resumeAndAbort(Waiter)
    }

    private var stage = Stage.new

    /// Stores the waiter.
    /// - Returns: whether to post the request; if false, it was canceled and the caller resumes `waiter`.
    mutating func wait(_ waiter: Waiter) -> Bool {
        guard case .new = stage else { return false }
        stage = .waiting(waiter)
        return true
    }

    /// Marks the request as started by the curl thread.
    /// - Returns: whether to start it; false if it was canceled.
    mutating func start() -> Bool {
        guard case .waiting(let waiter) = stage else { return false }
        stage = .started(waiter)
        return true
    }

    /// Marks the request as completed.
    /// - Returns: the waiter to resume; nil if the request was canceled.
    mutating func complete() -> Waiter? {
        defer { stage = .finished }
        switch stage {
        case .waiting(let waiter), .started(let waiter): return waiter
        case .new, .finished: return nil
        }
    }

    /// Marks the request as canceled, in any state.
    mutating func cancel() -> CancelAction {
        defer { stage = .finished }
        switch stage {
        case .new, .finished: return .nothing
        case .waiting(let waiter): return .resume(waiter)
        case .started(let waiter): return .resumeAndAbort(waiter)
        }
    }
}
