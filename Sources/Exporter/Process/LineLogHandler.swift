// SPDX-License-Identifier: Apache-2.0
internal import Base
private import Glibc
public import Logging

/// Writes each event as one line, to standard error. Never waits for the reader.
public struct LineLogHandler: LogHandler {
    /// How a line is spelled.
    public enum Format: String, Sendable, CaseIterable {
        case logfmt
        case json
    }

    /// Fields of every line.
    public var metadata: Logger.Metadata = [:]
    /// The lowest level written.
    public var logLevel: Logger.Level
    let format: Format
    private let output: LogOutput

    /// A handler that writes from `level` on.
    public init(format: Format, level: Logger.Level, output: LogOutput = .standardError) {
        self.format = format
        self.output = output
        logLevel = level
    }

    /// See `LogHandler`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// See `LogHandler`.
    public func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.map { ($0.key, "\($0.value)") }
        output.write(
            Self.line(event.level, "\(event.message)", fields.sorted { $0.0 < $1.0 }, format), format: format)
    }

    /// Returns one line, without the line feed and without secrets, with the present time.
    static func line(
        _ level: Logger.Level, _ message: String, _ fields: [(String, String)], _ format: Format
    ) -> String {
        let texts = ([("msg", message)] + fields).map { ($0.0, KnownSecrets.shared.redacting($0.1)) }
        let fields = [("ts", timestamp()), ("level", name(of: level))] + texts
        return format == .json ? json(fields) : logfmt(fields)
    }

    private static func name(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warn"
        case .error, .critical: "error"
        }
    }

    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000)
            .iso8601(fractionDigits: 3)
    }

    // MARK: Spelling

    private static func logfmt(_ fields: [(String, String)]) -> String {
        fields.map { key, value in key + "=" + (needsQuotes(value) ? JSONText.string(value) : value) }
            .joined(separator: " ")
    }

    private static func json(_ fields: [(String, String)]) -> String {
        "{" + fields.map { key, value in "\(JSONText.string(key)):\(JSONText.string(value))" }.joined(separator: ",")
            + "}"
    }

    private static func needsQuotes(_ value: String) -> Bool {
        value.isEmpty
            || value.unicodeScalars.contains {
                $0 == " " || $0 == "\"" || $0 == "=" || $0 == "\\" || JSONText.isHidden($0)
            }
    }
}
