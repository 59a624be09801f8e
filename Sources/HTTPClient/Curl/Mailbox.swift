// SPDX-License-Identifier: Apache-2.0
import CCurl
import Synchronization

/// A libcurl multi handle. The curl thread owns it; every other thread may only call `curl_multi_wakeup`, which libcurl
/// allows, and does so under a lock that also guards the end of the handle's life.
///
/// @unchecked: a raw pointer is not Sendable by itself, and the rule above keeps its use safe.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
}

/// What other threads ask of the curl thread.
final class Mailbox: Sendable {
    /// What came since the last look.
    struct Letters {
        var submissions: [Exchange] = []
        /// Exchanges whose waiter has already gone; their transfers are to be dropped.
        var aborts: [Exchange] = []
        /// Transports that are gone; their connections are to be closed, by their ids.
        var drops: [UInt64] = []
        /// Whether the curl thread is to end.
        var stop = false
    }

    private struct State {
        var letters = Letters()
        /// False once the curl thread reads no more.
        var isOpen = true
        var isWaking = false
        var hasEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// nil once the curl thread reads no more. A lock of its own: the thread that is woken wants the other at once, and
    /// would spin where the one that wakes it still held it.
    private let multi: Mutex<MultiHandle?>

    init(_ multi: MultiHandle) { self.multi = Mutex(multi) }

    /// Adds a letter for the curl thread.
    /// - Returns: false: it takes nothing any more.
    @discardableResult
    func post(_ add: (inout Letters) -> Void) -> Bool {
        let (isTaken, mustWake) = state.withLock { state in
            guard state.isOpen else { return (false, false) }
            add(&state.letters)
            // Spares a system call for each letter after the first.
            defer { state.isWaking = true }
            return (true, !state.isWaking)
        }
        if mustWake { multi.withLock { multi in _ = multi.map { curl_multi_wakeup($0.pointer) } } }
        return isTaken
    }

    /// Suspends until the curl thread has called ``end()``.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.endWaiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Takes what came. Called by the curl thread.
    func take() -> Letters {
        state.withLock { state in
            defer {
                state.letters = Letters(stop: state.letters.stop)
                state.isWaking = false
            }
            return state.letters
        }
    }

    /// Refuses letters from now on, so that nobody touches the multi handle, and returns the last. Called by the curl
    /// thread, before it frees the handle.
    func close() -> Letters {
        multi.withLock { $0 = nil }
        return state.withLock { state in
            state.isOpen = false
            defer { state.letters = Letters(stop: true) }
            return state.letters
        }
    }

    /// The curl thread's last act.
    func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.endWaiters = [] }
            return state.endWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
