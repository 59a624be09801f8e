// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A signal that resumes all tasks waiting for a change.
public final class ChangeSignal: Sendable {
    private struct State {
        var version: UInt64 = 0
        var nextID: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Creates a signal with version 0.
    public init() {}

    /// The number of calls of ``notify()``. Read it before the state that may change, then pass it to
    /// ``wait(beyond:)``.
    public var version: UInt64 { state.withLock { $0.version } }

    /// Suspends until ``version`` exceeds `seen` or the task is canceled.
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

    /// Increments ``version`` and resumes all waiting tasks.
    public func notify() {
        let waiting = state.withLock { state in
            state.version += 1
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }
}
