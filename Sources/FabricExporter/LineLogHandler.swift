// SPDX-License-Identifier: Apache-2.0
private import Glibc
public import Logging

/// Writes each event as one line to standard error.
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
    private let format: Format

    /// A handler that writes from `level` on.
    public init(format: Format, level: Logger.Level) {
        self.format = format
        logLevel = level
    }

    /// See `LogHandler`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// See `LogHandler`.
    public func log(event: LogEvent) {
        var fields = [("ts", Self.timestamp()), ("level", Self.name(of: event.level)), ("msg", "\(event.message)")]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        fields += all.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
        Self.write(format == .json ? LogLine.json(fields) : LogLine.logfmt(fields))
    }

    private static func write(_ line: String) {
        var line = line + "\n"
        // One call, so that lines of several threads do not mix. A log that cannot be written is nobody's to tell.
        line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
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
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let date = [
            digits(Int(parts.tm_year) + 1900, 4), digits(Int(parts.tm_mon) + 1, 2), digits(Int(parts.tm_mday), 2),
        ].joined(separator: "-")
        let time = [digits(Int(parts.tm_hour), 2), digits(Int(parts.tm_min), 2), digits(Int(parts.tm_sec), 2)]
            .joined(separator: ":")
        return "\(date)T\(time).\(digits(now.tv_nsec / 1_000_000, 3))Z"
    }
}

/// Spells the fields of one event.
enum LogLine {
    static func logfmt(_ fields: [(String, String)]) -> String {
        fields.map { key, value in "\(key)=\(needsQuotes(value) ? quote(value) : value)" }.joined(separator: " ")
    }

    static func json(_ fields: [(String, String)]) -> String {
        "{" + fields.map { key, value in "\(quote(key)):\(quote(value))" }.joined(separator: ",") + "}"
    }

    private static func needsQuotes(_ value: String) -> Bool {
        value.isEmpty
            || value.unicodeScalars.contains { $0 <= " " || $0 == "\"" || $0 == "=" || $0 == "\\" || $0 == "\u{7F}" }
    }

    /// A JSON string; control characters escaped, so that nothing the service sends begins a line of its own.
    private static func quote(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
