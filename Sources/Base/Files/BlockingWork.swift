// SPDX-License-Identifier: Apache-2.0
private import Dispatch
import Synchronization

/// Runs work that may block, such as reading a file on a network mount that no longer responds, on a thread of its own
/// and waits for it no longer than a limit. Neither Swift's thread pool nor an event loop may block.
///
/// Each instance runs one piece of work at a time. While one is hanging, further calls fail at once, so that a file that
/// never responds costs few threads however often it is read. Now and then a call is tried on a new thread, because a
/// file can be replaced while the read of the old one hangs for good: after a pause that doubles each time.
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

    /// The most threads of the process that may hang; then no new ones are tried.
    private static let maximumHanging = 64

    private struct State {
        var lane: Lane
        /// When a new lane may be tried.
        var nextTry: ContinuousClock.Instant?
        /// How long to wait before the next try.
        var pause: Duration
    }

    private static let timers = DispatchQueue(label: "blocking-work-timers")
    private static let hangingInProcess = Mutex(0)

    private let label: String
    private let firstPause: Duration
    private let state: Mutex<State>

    /// A thread for one file, or for files that are always read together.
    /// - Parameter pause: how long after a limit has passed a new thread is tried.
    public init(label: String, pause: Duration = BlockingWork.usualLimit) {
        self.label = label
        firstPause = pause
        state = Mutex(State(lane: Lane(label: label), pause: pause))
    }

    /// Runs `body`.
    /// - Parameter limit: how long to wait for it.
    /// - Throws: ``Failure`` if it has not ended by then, if an earlier call's work is still hanging, or if the calling
    ///   task is canceled.
    public func run<Value: Sendable>(
        within limit: Duration = BlockingWork.usualLimit, _ body: @escaping @Sendable () -> Value
    ) async throws(Failure) -> Value {
        guard let lane = usableLane() else { throw .timedOut }
        let call = Call<Value>()
        let timer = DispatchWorkItem { [self] in
            noteHanging(lane)
            call.end(with: .failure(.timedOut))
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard call.wait(continuation) else { return continuation.resume(returning: .failure(.canceled)) }
                Self.timers.asyncAfter(deadline: .now() + min(limit, .seconds(86_400)) / .seconds(1), execute: timer)
                lane.queue.async { [self] in perform(call, lane, body) }
            }
        } onCancel: {
            // Says nothing about whether the work hangs.
            call.end(with: .failure(.canceled))
        }
        timer.cancel()
        return try result.get()
    }

    /// The lane in use, or a new one where that one hangs and it is time to try again.
    private func usableLane() -> Lane? {
        state.withLock { state in
            guard state.lane.isHanging else { return state.lane }
            guard let nextTry = state.nextTry, ContinuousClock.now >= nextTry,
                Self.hangingInProcess.withLock({ $0 < Self.maximumHanging })
            else { return nil }
            state.lane = Lane(label: label)
            return state.lane
        }
    }

    private func perform<Value>(_ call: Call<Value>, _ lane: Lane, _ body: () -> Value) {
        guard call.isWaiting else { return }
        lane.begin()
        let value = body()
        if lane.end() { noteRecovered() }
        call.end(with: .success(value))
    }

    private func noteHanging(_ lane: Lane) {
        guard lane.noteHanging() else { return }
        Self.hangingInProcess.withLock { $0 += 1 }
        state.withLock { state in
            state.nextTry = .now + state.pause
            state.pause *= 2
        }
    }

    private func noteRecovered() {
        Self.hangingInProcess.withLock { $0 -= 1 }
        state.withLock { state in
            // What responds again is worth a try at once.
            state.nextTry = .now
            state.pause = firstPause
        }
    }
}

/// One thread, and whether its work hangs.
private final class Lane: Sendable {
    private struct State {
        /// Whether work is running.
        var isRunning = false
        /// Whether a call has waited for that work, or for its turn after it, longer than the limit.
        var isHanging = false
    }

    let queue: DispatchQueue
    private let state = Mutex(State())

    init(label: String) { queue = DispatchQueue(label: label) }

    var isHanging: Bool { state.withLock { $0.isHanging } }

    func begin() { state.withLock { $0.isRunning = true } }

    /// Notes the end of the work.
    /// - Returns: whether it was hanging.
    func end() -> Bool {
        state.withLock { state in
            defer { state = State() }
            return state.isHanging
        }
    }

    /// Notes that a call waited longer than the limit.
    /// - Returns: whether the work hangs and was not known to.
    func noteHanging() -> Bool {
        state.withLock { state in
            guard state.isRunning, !state.isHanging else { return false }
            state.isHanging = true
            return true
        }
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

    /// Whether the caller still waits for the work.
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

    /// Resumes the caller, unless something else did so before.
    func end(with outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            defer { state = .ended }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(returning: outcome)
    }
}
