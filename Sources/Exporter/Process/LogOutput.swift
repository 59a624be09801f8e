// SPDX-License-Identifier: Apache-2.0
internal import Base
private import Dispatch
private import Glibc
internal import Logging
import Synchronization

/// Writes log lines to a file descriptor without blocking callers: lines are queued, and one thread writes them in
/// order. If the queue is full, lines are dropped and counted.
public final class LogOutput: Sendable {
    /// Standard error.
    public static let standardError = LogOutput(descriptor: STDERR_FILENO)

    /// The maximum time for writing the queued lines when the process ends.
    public static let flushLimit = Duration.milliseconds(500)

    private struct State {
        var queue: LineQueue
        /// The format of the last line; the line about dropped lines has the same.
        var format = LineLogHandler.Format.logfmt
        var hasThread = false
        var isWriting = false
        /// Signaled when everything is written.
        var flushes: [DispatchSemaphore] = []
    }

    private let descriptor: Int32
    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)

    /// Creates an output to `descriptor`, which is not closed.
    init(descriptor: Int32, queue: LineQueue = LineQueue()) {
        self.descriptor = descriptor
        state = Mutex(State(queue: queue))
    }

    /// The number of dropped lines since the start.
    public var droppedLines: UInt64 { state.withLock { $0.queue.dropped } }

    /// Queues `line` with a line feed. Never blocks.
    func write(_ line: String, format: LineLogHandler.Format) {
        let bytes = Array(line.utf8) + [0x0A]
        enqueue { state in
            state.format = format
            state.queue.add(bytes)
        }
    }

    /// Queues the last lines of the process, even if the queue is full, and waits until everything is written, at most
    /// for `limit`.
    /// - Returns: whether everything was written.
    @discardableResult
    public func finish(with lines: [String] = [], within limit: Duration = LogOutput.flushLimit) -> Bool {
        let written = DispatchSemaphore(value: 0)
        enqueue { state in
            if !lines.isEmpty { state.queue.addRegardless(TerminalText.bytes(lines)) }
            if state.queue.isEmpty, !state.isWriting { written.signal() } else { state.flushes.append(written) }
        }
        return written.wait(timeout: .now() + .nanoseconds(Int(limit / .nanoseconds(1)))) == .success
    }

    private func enqueue(_ change: (inout sending State) -> Void) {
        let needsThread = state.withLock { state in
            change(&state)
            defer { state.hasThread = true }
            return !state.hasThread && !state.queue.isEmpty
        }
        // If no thread can be started, lines stay queued until the next attempt.
        if needsThread, OwnedThread({ self.writeForever() }) == nil { state.withLock { $0.hasThread = false } }
        wake.signal()
    }

    private func writeForever() {
        // After a partially written line, the next one starts on a new line.
        var isMidLine = false
        while true {
            wake.wait()
            while let (entry, format) = next() {
                var bytes: [UInt8] = isMidLine ? [0x0A] : []
                switch entry {
                case .line(let line): bytes += line
                case .dropped(let count): bytes += Self.note(dropped: count, format)
                }
                let count = bytes.withUnsafeBytes { DescriptorOutput.write($0, to: descriptor) }
                if count > 0 { isMidLine = count < bytes.count }
                if count < bytes.count, case .line = entry { state.withLock { $0.queue.noteDropped() } }
            }
        }
    }

    private func next() -> (LineQueue.Entry, LineLogHandler.Format)? {
        state.withLock { state in
            let entry = state.queue.next()
            state.isWriting = entry != nil
            if let entry { return (entry, state.format) }
            for flush in state.flushes { flush.signal() }
            state.flushes = []
            return nil
        }
    }

    private static func note(dropped count: UInt64, _ format: LineLogHandler.Format) -> [UInt8] {
        let line = LineLogHandler.line(.warning, "log lines dropped", [("lines", .number("\(count)"))], format)
        return Array(line.utf8) + [0x0A]
    }
}
