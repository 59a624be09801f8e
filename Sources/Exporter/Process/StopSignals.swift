// SPDX-License-Identifier: Apache-2.0
internal import Base
private import CSupport
private import Glibc
public import Logging
import Synchronization

/// Receives SIGTERM and SIGINT. The first signal requests a graceful stop. If the process has not exited after
/// ``limit``, a separate thread exits with status 0, regardless of blocked operations. Further signals are ignored.
public final class StopSignals: Sendable {
    /// The limit of a graceful stop. With the last log line and delays of a busy machine, it takes less than 5 s.
    private static let limit = Duration.milliseconds(4_600)
    /// The limit for writing the last log line.
    private static let lastLineLimit = Duration.milliseconds(100)

    private enum State {
        /// No signal yet; `onStop` is called at the first one.
        case running(onStop: (@Sendable () -> Void)?)
        case stopping
    }

    private let state = Mutex(State.running(onStop: nil))

    /// Starts to receive signals.
    /// - Parameter logger: determines the format of the last log line.
    /// - Throws: ``ExporterError`` if no file descriptor or thread is available.
    public init(logger: Logger) throws(ExporterError) {
        let format = (logger.handler as? LineLogHandler)?.format ?? .logfmt
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw ExporterError("cannot handle signals: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let (reader, writer) = (ends[0], ends[1])
        let thread = OwnedThread { [self] in
            Self.waitForByte(reader)
            let deadline = Self.now + Int(Self.limit / .nanoseconds(1))
            stop()
            Self.sleep(until: deadline)
            let line = LineLogHandler.line(.warning, "stopped without waiting for blocked operations", [], format)
            LogOutput.standardError.finish(with: [line], within: Self.lastLineLimit)
            _exit(0)
        }
        guard thread != nil else { throw ExporterError("cannot handle signals: cannot start a thread") }
        let code = exporter_forward_stop_signals(writer)
        guard code == 0 else { throw ExporterError("cannot handle signals: \(String(cString: strerror(code)))") }
    }

    /// Whether a signal was received.
    var isStopping: Bool { state.withLock { if case .stopping = $0 { true } else { false } } }

    /// Calls `action` at the first signal, or at once if it was already received.
    func onStop(_ action: @escaping @Sendable () -> Void) {
        let isStopping = state.withLock { state in
            if case .stopping = state { return true }
            state = .running(onStop: action)
            return false
        }
        if isStopping { action() }
    }

    private func stop() {
        let action = state.withLock { state in
            defer { state = .stopping }
            if case .running(let action) = state { return action }
            return nil
        }
        action?()
    }

    private static func waitForByte(_ descriptor: Int32) {
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) < 0, errno == EINTR {}
    }

    /// The monotonic clock in nanoseconds.
    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func sleep(until deadline: Int) {
        var time = timespec(tv_sec: deadline / 1_000_000_000, tv_nsec: deadline % 1_000_000_000)
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }
}
