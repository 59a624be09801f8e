// SPDX-License-Identifier: Apache-2.0
private import Glibc
import Synchronization

/// A POSIX thread for work that blocks, which threads of Swift's pool must not. It is independent of that pool and of
/// Dispatch's, and keeps running after this object is released.
public final class OwnedThread: Sendable {
    /// Carries the body over `pthread_create`'s untyped pointer.
    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// nil once joined.
    private let thread: Mutex<pthread_t?>

    /// Starts a thread with signals blocked; nil if the system cannot create one.
    /// - Parameter isLowPriority: whether other threads are preferred; ignored where the system denies it.
    public init?(isLowPriority: Bool = false, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(
            Box {
                // On Linux, nice applies to the calling thread only, unlike in POSIX. With all processors busy the
                // thread still gets about a quarter of one.
                if isLowPriority { _ = nice(5) }
                body()
            })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                OwnedThread.blockSignals()
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            return nil
        }
        self.thread = Mutex(thread)
    }

    /// Waits for the thread to exit. Blocks: call it only when the body is about to return.
    public func join() {
        if let thread = take() { pthread_join(thread, nil) }
    }

    deinit {
        if let thread = take() { pthread_detach(thread) }
    }

    private func take() -> pthread_t? {
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
    }

    /// Blocks all signals except those that report a fault of this thread. SIGPIPE in particular must not terminate the
    /// process when a peer disconnects.
    private static func blockSignals() {
        var signals = sigset_t()
        sigfillset(&signals)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
