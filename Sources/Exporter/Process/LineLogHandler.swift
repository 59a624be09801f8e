// SPDX-License-Identifier: Apache-2.0
internal import Base
private import Glibc
public import Logging

/// Writes each event as one line to standard error. Never blocks.
public struct LineLogHandler: LogHandler {
    /// The format of log lines.
    public enum Format: String, Sendable, CaseIterable {
        case logfmt
        case json
    }

    /// The fields of every line.
    public var metadata: Logger.Metadata = [:]
    /// The minimum level.
    public var logLevel: Logger.Level
    let format: Format
    private let output: LogOutput

    /// Creates a handler with a minimum level.
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
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.map { ($0.key, LogField($0.value)) }
        output.write(
            Self.line(event.level, "\(event.message)", fields.sorted { $0.0 < $1.0 }, format), format: format)
    }

    /// Returns a line with the current time, without secrets and without a line feed.
    static func line(
        _ level: Logger.Level, _ message: String, _ fields: [(String, LogField)], _ format: Format
    ) -> String {
        let first: [(String, LogField)] = [
            ("ts", .text(timestamp())), ("level", .text(name(of: level))), ("msg", .text(message)),
        ]
        return format == .json ? json(first + fields) : logfmt(first + fields)
    }

    /// Returns error lines in `format`, for errors that end the process before or after logging: with JSON one object
    /// per error, with logfmt the errors themselves, as `check` prints them.
    /// - Parameter message: the constant message of JSON lines; each error is their field `error`.
    public static func errorLines(_ message: String, _ errors: [String], _ format: Format) -> [String] {
        guard format == .json else { return errors }
        return errors.flatMap { $0.split(separator: "\n") }
            .map { line(.error, message, [("error", .text(String($0)))], .json) }
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

    // MARK: Formats

    private static func logfmt(_ fields: [(String, LogField)]) -> String {
        fields.map { key, field in
            let value = field.redactedText
            return key + "=" + (needsQuotes(value) ? JSONText.string(value) : value)
        }.joined(separator: " ")
    }

    private static func json(_ fields: [(String, LogField)]) -> String {
        let members = fields.map { key, field in
            let value =
                switch field {
                case .text: JSONText.string(field.redactedText)
                case .number(let number): number
                }
            return "\(JSONText.string(key)):\(value)"
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private static func needsQuotes(_ value: String) -> Bool {
        value.isEmpty
            || value.unicodeScalars.contains {
                $0 == " " || $0 == "\"" || $0 == "=" || $0 == "\\" || JSONText.isHidden($0)
            }
    }
}
