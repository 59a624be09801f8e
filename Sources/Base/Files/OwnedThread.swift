// SPDX-License-Identifier: Apache-2.0
private import Glibc
import Synchronization

/// One POSIX thread, for work that blocks, which no thread of Swift's pool may do. It goes on whatever happens to that
/// pool and to Dispatch's, also when this object is gone.
public final class OwnedThread: Sendable {
    /// Carries the body over `pthread_create`'s untyped pointer.
    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// nil once somebody has joined.
    private let thread: Mutex<pthread_t?>

    /// Starts a thread that takes no signals; nil: the system has none left.
    /// - Parameter isLowPriority: whether other threads are preferred, as far as the system permits a thread to say so.
    public init?(isLowPriority: Bool = false, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(
            Box {
                // On Linux of this thread alone, whatever POSIX says. Where all processors are busy it still gets about
                // a quarter of one, since somebody waits for what it does.
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

    /// Waits for the thread's end; call it when the body has nothing left to do but return.
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

    /// Leaves signals to other threads, except those that report a fault of this one. SIGPIPE above all must not end
    /// the program when a peer has gone.
    private static func blockSignals() {
        var signals = sigset_t()
        sigfillset(&signals)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
