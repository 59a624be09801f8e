// SPDX-License-Identifier: Apache-2.0
public import Base
import Synchronization

/// A clock that only the test advances. Sleeping tasks resume when ``advance(by:)`` reaches their deadline.
public final class ManualClock: ExporterClock {
    private struct Sleeper {
        var deadline: ContinuousClock.Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: ContinuousClock.Instant
        var wallMicroseconds: Int64
        var nextID: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// Creates a clock with the wall time `wallSeconds`.
    public init(wallSeconds: Int64 = 1_800_000_000) {
        state = Mutex(State(now: ContinuousClock.now, wallMicroseconds: wallSeconds * 1_000_000))
    }

    /// See ``ExporterClock/now``.
    public var now: ContinuousClock.Instant { state.withLock { $0.now } }
    /// See ``ExporterClock/wallMicroseconds``.
    public var wallMicroseconds: Int64 { state.withLock { $0.wallMicroseconds } }

    /// Steps only the wall clock, as NTP does.
    public func stepWall(bySeconds seconds: Int64) {
        state.withLock { $0.wallMicroseconds += seconds * 1_000_000 }
    }

    /// Advances both clocks and resumes tasks whose deadline has passed.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let parts = duration.components
            state.wallMicroseconds += parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Suspends until `count` tasks sleep on this clock, that is, until the tested code is idle.
    public func waitForSleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if ready { continuation.resume() }
        }
    }

    /// See ``ExporterClock/sleep(until:)``.
    public func sleep(until deadline: ContinuousClock.Instant) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                enum Outcome { case sleeping, past, canceled }
                let (outcome, woken) = state.withLock { state -> (Outcome, [CheckedContinuation<Void, Never>]) in
                    if Task.isCancelled { return (.canceled, []) }
                    if deadline <= state.now { return (.past, []) }
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    let satisfied = state.watchers.filter { $0.count <= state.sleepers.count }
                    state.watchers.removeAll { $0.count <= state.sleepers.count }
                    return (.sleeping, satisfied.map(\.continuation))
                }
                for watcher in woken { watcher.resume() }
                switch outcome {
                case .sleeping: break
                case .past: continuation.resume()
                case .canceled: continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation
                .resume(throwing: CancellationError())
        }
    }
}
