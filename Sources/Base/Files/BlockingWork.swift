// SPDX-License-Identifier: Apache-2.0
private import Dispatch
import Synchronization

/// Runs work that may block, such as reading a file on an unresponsive network mount, on a dedicated thread, with a
/// timeout. Neither Swift's thread pool nor an event loop may block.
///
/// Each instance runs one call at a time. While one hangs, further calls fail immediately, so that an unresponsive file
/// occupies few threads however often it is read. After a delay that doubles each time, one call is tried on a new
/// thread, because the file can be replaced while the read of the old one hangs forever.
public final class BlockingWork: Sendable {
    /// Why there is no result.
    public enum Failure: Error, Sendable, Equatable {
        /// The work did not finish before the timeout; it may still be running.
        case timedOut
        /// The calling task was canceled.
        case canceled
    }

    /// The default timeout for reading a file: 5 s. Local files take microseconds; slow network mounts need longer.
    public static let defaultTimeout = Duration.seconds(5)

    /// The maximum number of hanging threads in the process; beyond it no new threads are tried.
    private static let maximumHanging = 64

    private struct State {
        var worker: Worker
        /// The earliest time at which a new worker may be tried.
        var nextRetry: ContinuousClock.Instant?
        /// The delay before the next retry.
        var retryDelay: Duration
    }

    private static let hangingInProcess = Mutex(0)

    private let label: String
    private let firstRetryDelay: Duration
    private let state: Mutex<State>

    /// Creates a thread for one file, or for files that are always read together.
    /// - Parameter retryDelay: the delay after a timeout before a new thread is tried.
    public init(label: String, retryDelay: Duration = BlockingWork.defaultTimeout) {
        self.label = label
        firstRetryDelay = retryDelay
        state = Mutex(State(worker: Worker(label: label), retryDelay: retryDelay))
    }

    /// Runs `body` and returns its result.
    /// - Parameter timeout: how long to wait for the result; at most one day.
    /// - Throws: ``Failure`` on a timeout, while an earlier call hangs, or if the calling task is canceled.
    public func run<Value: Sendable>(
        within timeout: Duration = BlockingWork.defaultTimeout, _ body: @escaping @Sendable () -> Value
    ) async throws(Failure) -> Value {
        guard let worker = availableWorker() else { throw .timedOut }
        let call = Call<Value>()
        var timer: Task<Void, any Error>?
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard call.wait(continuation) else { return continuation.resume(returning: .failure(.canceled)) }
                timer = Task { [self] in
                    try await SystemClock().sleep(until: .now + min(timeout, .seconds(86_400)))
                    noteHanging(worker)
                    call.finish(with: .failure(.timedOut))
                }
                worker.queue.async { [self] in perform(call, worker, body) }
            }
        } onCancel: {
            // The worker isn't marked as hanging: it may still be within the timeout.
            call.finish(with: .failure(.canceled))
        }
        timer?.cancel()
        return try result.get()
    }

    /// Returns the current worker, a new one if that one hangs and a retry is due, or nil.
    private func availableWorker() -> Worker? {
        state.withLock { state in
            guard state.worker.isHanging else { return state.worker }
            guard let nextRetry = state.nextRetry, ContinuousClock.now >= nextRetry,
                Self.hangingInProcess.withLock({ $0 < Self.maximumHanging })
            else { return nil }
            state.worker = Worker(label: label)
            return state.worker
        }
    }

    private func perform<Value>(_ call: Call<Value>, _ worker: Worker, _ body: () -> Value) {
        guard call.isWaiting else { return }
        worker.begin()
        let value = body()
        if worker.finish() { noteRecovered() }
        call.finish(with: .success(value))
    }

    private func noteHanging(_ worker: Worker) {
        guard worker.noteHanging() else { return }
        Self.hangingInProcess.withLock { $0 += 1 }
        state.withLock { state in
            state.nextRetry = .now + state.retryDelay
            state.retryDelay *= 2
        }
    }

    private func noteRecovered() {
        Self.hangingInProcess.withLock { $0 -= 1 }
        state.withLock { state in
            // A hanging worker has finished: the file probably responds again.
            state.nextRetry = .now
            state.retryDelay = firstRetryDelay
        }
    }
}

/// A thread that runs the work, with its state.
private final class Worker: Sendable {
    private struct State {
        /// Whether work is running.
        var isRunning = false
        /// Whether a call that waits for that work, or is queued behind it, has timed out.
        var isHanging = false
    }

    let queue: DispatchQueue
    private let state = Mutex(State())

    init(label: String) { queue = DispatchQueue(label: label) }

    var isHanging: Bool { state.withLock { $0.isHanging } }

    func begin() { state.withLock { $0.isRunning = true } }

    /// Marks the work as finished.
    /// - Returns: whether it was hanging.
    func finish() -> Bool {
        state.withLock { state in
            defer { state = State() }
            return state.isHanging
        }
    }

    /// Marks the running work as hanging, after a call has timed out.
    /// - Returns: whether this changed the state.
    func noteHanging() -> Bool {
        state.withLock { state in
            guard state.isRunning, !state.isHanging else { return false }
            state.isHanging = true
            return true
        }
    }
}

/// A call, resumed exactly once: by the end of its work, a timeout or a cancellation.
private final class Call<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, BlockingWork.Failure>

    private enum State {
        case new
        case waiting(CheckedContinuation<Outcome, Never>)
        case finished
    }

    private let state = Mutex(State.new)

    /// Whether the caller still waits for the work.
    var isWaiting: Bool { state.withLock { if case .waiting = $0 { true } else { false } } }

    /// Stores the continuation to resume.
    /// - Returns: false if the call was already canceled.
    func wait(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
        state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
    }

    /// Resumes the caller, if it has not been resumed yet.
    func finish(with outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            defer { state = .finished }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(returning: outcome)
    }
}
