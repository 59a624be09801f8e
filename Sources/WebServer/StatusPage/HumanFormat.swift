// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Formats times and numbers for status pages.
enum HumanFormat {
    /// Formats a duration in its two largest units: `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`.
    static func duration(_ seconds: Int64) -> Phrase {
        let seconds = max(0, seconds)
        func two(_ large: Int64, _ unit: Phrase, _ small: Int64, _ smallUnit: Phrase) -> Phrase {
            func text(_ language: Language) -> String {
                let first = "\(large) \(language(unit))"
                return small == 0 ? first : "\(first) \(small) \(language(smallUnit))"
            }
            return Phrase(text(.english), text(.chinese))
        }
        let (second, minute) = (Phrase("s", "秒"), Phrase("min", "分钟"))
        let (hour, day) = (Phrase("h", "小时"), Phrase("d", "天"))
        switch seconds {
        case ..<60: return two(seconds, second, 0, second)
        case ..<3_600: return two(seconds / 60, minute, seconds % 60, second)
        case ..<86_400: return two(seconds / 3_600, hour, seconds / 60 % 60, minute)
        default: return two(seconds / 86_400, day, seconds / 3_600 % 24, hour)
        }
    }

    /// Formats a duration in its two largest units.
    static func duration(_ duration: Duration) -> Phrase { self.duration(duration.components.seconds) }

    /// Formats a duration, with milliseconds below 10 s.
    static func exact(_ duration: Duration) -> Phrase {
        let (seconds, attoseconds) = duration.components
        if seconds >= 10 { return self.duration(seconds) }
        let milliseconds = String(1_000 + attoseconds / 1_000_000_000_000_000).dropFirst()
        return Phrase("\(seconds).\(milliseconds) s", "\(seconds).\(milliseconds) 秒")
    }

    /// Formats a time in UTC, such as `2026-11-28 22:48:13 UTC`.
    static func absolute(_ time: Timestamp) -> String {
        time.iso8601().replacing("T", with: " ").replacing("Z", with: " UTC")
    }

    /// Formats a time relative to `now`: `5 s ago`, `in 3 min`.
    static func moment(_ time: Timestamp, now: Timestamp) -> Phrase {
        let (seconds, isOver) = distance(time, now)
        return isOver ? .ago(duration(seconds)) : .until(duration(seconds))
    }

    /// Formats the time of what comes next: `in 3 min`, or `due now` once the time is less than a second ahead or over.
    static func next(_ time: Timestamp, now: Timestamp) -> Phrase {
        let (seconds, isOver) = distance(time, now)
        return isOver || seconds == 0 ? .dueNow : .until(duration(seconds))
    }

    /// Formats the time elapsed since `time`.
    static func since(_ time: Timestamp, now: Timestamp) -> Phrase { duration(distance(time, now).0) }

    private static func distance(_ time: Timestamp, _ now: Timestamp) -> (seconds: Int64, isOver: Bool) {
        let (difference, overflows) = now.microseconds.subtractingReportingOverflow(time.microseconds)
        let whole = overflows ? Int64.max : difference
        return (Int64(whole.magnitude / 1_000_000), whole >= 0)
    }

    /// Returns a key by which names sort in natural order: `ws-2` before `ws-10`. Each number is preceded by its length.
    static func naturalKey(_ name: String) -> String {
        var (key, digits): ([UInt8], [UInt8]) = ([], [])
        for byte in Array(name.utf8) + [0] {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                digits.append(byte)
                continue
            }
            if !digits.isEmpty {
                let number = digits.drop { $0 == UInt8(ascii: "0") }
                key += String(1_000 + number.count).utf8.dropFirst() + Array(number)
                digits = []
            }
            key.append(byte)
        }
        return String(decoding: key, as: UTF8.self)
    }

    /// Formats an integer with thousands separators.
    static func number(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202F}" }
            text.append(digit)
        }
        return (value < 0 ? "−" : "") + text
    }

    /// Formats a minimum and a maximum: `64–128`.
    static func range(_ minimum: Int64, _ maximum: Int64) -> String { "\(number(minimum))–\(number(maximum))" }

    /// Returns the name of a list as a heading: `Service instances` for `service_instances`.
    static func title(_ name: String) -> String {
        name.prefix(1).uppercased() + name.dropFirst().replacing("_", with: " ")
    }
}
