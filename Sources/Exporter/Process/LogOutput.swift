// SPDX-License-Identifier: Apache-2.0
internal import Base
private import Dispatch
private import Glibc
internal import Logging
import Synchronization

/// Where log lines go. Callers never wait: lines are queued, and one thread writes them in order. When nobody reads them
/// and the queue is full, lines are dropped and counted.
public final class LogOutput: Sendable {
    /// Standard error.
    public static let standardError = LogOutput(descriptor: STDERR_FILENO)

    /// How long the last lines may take at the end of the process.
    public static let flushLimit = Duration.milliseconds(500)

    private struct State {
        var queue: LineQueue
        /// How the line about dropped lines is written: as the last line was.
        var format = LineLogHandler.Format.logfmt
        var hasThread = false
        var isWriting = false
        /// Raised once everything is written.
        var flushes: [DispatchSemaphore] = []
    }

    private let descriptor: Int32
    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)

    /// An output to `descriptor`, which stays open.
    init(descriptor: Int32, queue: LineQueue = LineQueue()) {
        self.descriptor = descriptor
        state = Mutex(State(queue: queue))
    }

    /// The number of lines that were not written since the start.
    public var droppedLines: UInt64 { state.withLock { $0.queue.dropped } }

    /// Queues `line`, to which a line feed is added. Returns at once.
    func write(_ line: String, format: LineLogHandler.Format) {
        let bytes = Array(line.utf8) + [0x0A]
        enqueue { state in
            state.format = format
            state.queue.add(bytes)
        }
    }

    /// Queues the last lines of the process, also if the queue is full, and waits until everything is written, for `limit`
    /// at most.
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
        // Without a thread, lines wait for the next one that can be started.
        if needsThread, OwnedThread({ self.writeForever() }) == nil { state.withLock { $0.hasThread = false } }
        wake.signal()
    }

    private func writeForever() {
        // After a line that was cut off in the middle, the next one begins on a line of its own.
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
        let line = LineLogHandler.line(.warning, "log lines dropped", [("lines", "\(count)")], format)
        return Array(line.utf8) + [0x0A]
    }
}
