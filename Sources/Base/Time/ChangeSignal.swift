// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Wakes everybody who waits for something to change.
public final class ChangeSignal: Sendable {
    private struct State {
        var version: UInt64 = 0
        var nextID: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// A signal that has not been given.
    public init() {}

    /// How often the signal was given. Read it before looking at what may change, hand it to ``wait(beyond:)`` after.
    public var version: UInt64 { state.withLock { $0.version } }

    /// Suspends until the signal has been given more often than `seen`, or the task is cancelled.
    public func wait(beyond seen: UInt64) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || state.version > seen { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }

    /// Gives the signal.
    public func notify() {
        let waiting = state.withLock { state in
            state.version += 1
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }
}
