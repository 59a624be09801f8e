// SPDX-License-Identifier: Apache-2.0
import CCurl
import Synchronization

/// A libcurl multi handle, owned by the curl thread. Other threads only call `curl_multi_wakeup`, under a lock that
/// also protects the handle's release.
///
/// @unchecked: a raw pointer isn't Sendable; the rule above makes it safe.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
}

/// The messages from other threads to the curl thread.
final class Mailbox: Sendable {
    /// The messages since the last ``take()``.
    struct Messages {
        /// Requests to start.
        var submissions: [PendingRequest] = []
        /// Canceled requests, whose transfers are to be aborted.
        var aborts: [PendingRequest] = []
        /// The ids of released transports, whose connections are to be closed.
        var drops: [UInt64] = []
        /// Whether the curl thread is to stop.
        var stop = false
    }

    private struct State {
        var messages = Messages()
        /// Whether the curl thread still takes messages.
        var isOpen = true
        var isWaking = false
        var hasEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// The handle to wake the curl thread by; nil once the mailbox is closed. Has a lock of its own, because the curl
    /// thread locks `state` as soon as it wakes: if the waking thread still held that lock, the curl thread would spin.
    private let multi: Mutex<MultiHandle?>

    init(_ multi: MultiHandle) { self.multi = Mutex(multi) }

    /// Adds a message for the curl thread.
    /// - Returns: false if the mailbox is closed.
    @discardableResult
    func post(_ add: (inout Messages) -> Void) -> Bool {
        let (isAccepted, mustWake) = state.withLock { state in
            guard state.isOpen else { return (false, false) }
            add(&state.messages)
            // Saves a system call for each message after the first.
            defer { state.isWaking = true }
            return (true, !state.isWaking)
        }
        if mustWake { multi.withLock { multi in _ = multi.map { curl_multi_wakeup($0.pointer) } } }
        return isAccepted
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

    /// Returns the pending messages and removes them. Called by the curl thread.
    func take() -> Messages {
        state.withLock { state in
            defer {
                state.messages = Messages(stop: state.messages.stop)
                state.isWaking = false
            }
            return state.messages
        }
    }

    /// Closes the mailbox and returns the last messages. Called by the curl thread before it frees the multi handle.
    func close() -> Messages {
        multi.withLock { $0 = nil }
        return state.withLock { state in
            state.isOpen = false
            defer { state.messages = Messages(stop: true) }
            return state.messages
        }
    }

    /// Resumes the tasks in ``waitForEnd()``. The last call of the curl thread.
    func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.endWaiters = [] }
            return state.endWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
