// SPDX-License-Identifier: Apache-2.0
import CCurl
import Glibc
import Synchronization

/// One POSIX thread. libcurl blocks in `poll`, which no thread of Swift's pool may do.
final class OwnedThread: Sendable {
    /// Carries the body over `pthread_create`'s untyped pointer.
    private final class Box: Sendable {
        let name: String
        let niceness: CInt
        let body: @Sendable () -> Void

        init(_ name: String, _ niceness: CInt, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.body = body
        }
    }

    /// nil once somebody has joined.
    private let thread: Mutex<pthread_t?>

    /// Starts a thread; nil: the system has none left. `name` has at most 15 bytes; `niceness` is how much nicer than the
    /// process it is to what wants the processor too.
    init?(named name: String, niceness: CInt, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(name, niceness, body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                OwnedThread.blockSignals()
                ccurl_name_this_thread(box.name)
                // On Linux this is about the thread that calls it alone.
                _ = nice(box.niceness)
                box.body()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            return nil
        }
        self.thread = Mutex(thread)
    }

    /// Waits for the thread's end; call it when the body has nothing left to do but return.
    func join() {
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

    /// Signals are for the program's other threads; SIGPIPE above all must not end it when a peer has gone, and with
    /// CURLOPT_NOSIGNAL libcurl does not see to that. Faults of the thread's own making stay deliverable.
    private static func blockSignals() {
        var signals = sigset_t()
        sigfillset(&signals)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
