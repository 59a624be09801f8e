// SPDX-License-Identifier: Apache-2.0
import Logging
import Synchronization

/// Records log lines from level debug as `level: message key=value …`.
final class RecordedLog: Sendable {
    private let written = Mutex<[String]>([])

    /// Returns the lines since the last call.
    func take() -> [String] {
        written.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }

    /// A logger that writes to this log.
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        init(log: RecordedLog) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = metadata.merging(event.metadata ?? [:]) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
            let line = (["\(event.level): \(event.message)"] + fields).joined(separator: " ")
            log.written.withLock { $0.append(line) }
        }
    }
}
