// SPDX-License-Identifier: Apache-2.0
private import Dispatch
import Synchronization

/// Runs work that may block, such as reading a file on a network mount that no longer responds, on a thread of its own
/// and waits for it no longer than a limit. Neither Swift's thread pool nor an event loop may block.
///
/// Each instance runs one piece of work at a time. While one is hanging, further calls fail at once, so that a file that
/// never responds costs one thread however often it is read.
public final class BlockingWork: Sendable {
    /// Why there is no result.
    public enum Failure: Error, Sendable, Equatable {
        /// The work has not ended within the limit; it may still be running.
        case timedOut
        /// The task that waited was canceled.
        case canceled
    }

    /// How long a file is waited for. Local files take microseconds; this is for mounts that are slow but alive.
    public static let usualLimit = Duration.seconds(5)

    private struct State {
        /// Whether work is running.
        var isRunning = false
        /// Whether somebody has waited for that work, or for their turn after it, longer than the limit.
        var isHanging = false
    }

    private static let timers = DispatchQueue(label: "blocking-work-timers")

    private let queue: DispatchQueue
    private let state = Mutex(State())

    /// A thread for one file, or for files that are always read together.
    public init(label: String) { queue = DispatchQueue(label: label) }

    /// Runs `body`.
    /// - Parameter limit: how long to wait for it.
    /// - Throws: ``Failure`` if it has not ended by then, if an earlier call's work is still hanging, or if the calling
    ///   task is canceled.
    public func run<Value: Sendable>(
        within limit: Duration = BlockingWork.usualLimit, _ body: @escaping @Sendable () -> Value
    ) async throws(Failure) -> Value {
        guard !state.withLock({ $0.isHanging }) else { throw .timedOut }
        let call = Call<Value>()
        let timer = DispatchWorkItem { [self] in giveUp(call, .timedOut) }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard call.wait(continuation) else { return continuation.resume(returning: .failure(.canceled)) }
                Self.timers.asyncAfter(deadline: .now() + .milliseconds(Self.milliseconds(limit)), execute: timer)
                queue.async { [self] in perform(call, body) }
            }
        } onCancel: {
            giveUp(call, .canceled)
        }
        timer.cancel()
        return try result.get()
    }

    private func perform<Value>(_ call: Call<Value>, _ body: () -> Value) {
        guard call.isWaiting else { return }
        state.withLock { $0.isRunning = true }
        let value = body()
        state.withLock { $0 = State() }
        call.end(with: .success(value))
    }

    private func giveUp<Value>(_ call: Call<Value>, _ failure: Failure) {
        // Only a limit that has passed says that the work hangs; a cancellation says nothing about it.
        if failure == .timedOut { state.withLock { $0.isHanging = $0.isRunning } }
        call.end(with: .failure(failure))
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(min(max(0, seconds), 86_400)) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}

/// One call: resumed once, by the end of its work, by its limit or by a cancellation.
private final class Call<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, BlockingWork.Failure>

    private enum State {
        case new
        case waiting(CheckedContinuation<Outcome, Never>)
        case ended
    }

    private let state = Mutex(State.new)

    /// Whether somebody waits for the work.
    var isWaiting: Bool { state.withLock { if case .waiting = $0 { true } else { false } } }

    /// Begins to wait.
    /// - Returns: false if the call was canceled before.
    func wait(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
        state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
    }

    /// Resumes whoever waits, unless something else did so before.
    func end(with outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            defer { state = .ended }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(returning: outcome)
    }
}
