// SPDX-License-Identifier: Apache-2.0
import Logging
import Synchronization

/// Records one line per log event: level, message, metadata sorted by key.
struct RecordingLogHandler: LogHandler {
    final class Record: Sendable {
        private struct State {
            var lines: [String] = []
            var count = 0
            var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        }

        private let state = Mutex(State())

        /// Returns the lines since the last call, from `level` up.
        func take(from level: Logger.Level = .info) -> [String] {
            let all = state.withLock { state in
                defer { state.lines = [] }
                return state.lines
            }
            let wanted = Logger.Level.allCases.filter { $0 >= level }.map { "\($0.rawValue): " }
            return all.filter { line in wanted.contains { line.hasPrefix($0) } }
        }

        /// Suspends until `count` lines have been logged since the start, including those already taken.
        func wait(forLines count: Int) async {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.count >= count { return true }
                    state.watchers.append((count, continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        }

        func append(_ line: String) {
            let satisfied = state.withLock { state in
                state.lines.append(line)
                state.count += 1
                let satisfied = state.watchers.filter { $0.count <= state.count }
                state.watchers.removeAll { $0.count <= state.count }
                return satisfied
            }
            for watcher in satisfied { watcher.continuation.resume() }
        }
    }

    let record: Record
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(_ record: Record) { self.record = record }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let fields = all.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        record.append("\(event.level.rawValue): \(event.message) \(fields)")
    }
}

extension Logger {
    static func recording(_ record: RecordingLogHandler.Record) -> Logger {
        Logger(label: "test") { _ in RecordingLogHandler(record) }
    }
}
