// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Wall time in microseconds since 1970, and its text in the API and on a page. Shares no code with the exporter.
enum WallTime {
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// Returns `2023-05-30T12:24:30.401Z`, truncated to milliseconds.
    static func text(_ microseconds: Int64) -> String {
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(date)T\(time).\(padded(microseconds / 1_000 % 1_000, 3))Z"
    }

    /// Parses the format of ``text(_:)``, with or without milliseconds. Returns nil for other texts.
    static func microseconds(ofText text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard [20, 24].contains(bytes.count), bytes[10] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z") else {
            return nil
        }
        func number(_ range: Range<Int>) -> Int32 {
            bytes[range].reduce(0) { $0 * 10 + Int32($1) - 48 }
        }
        var parts = tm()
        parts.tm_year = number(0..<4) - 1900
        parts.tm_mon = number(5..<7) - 1
        parts.tm_mday = number(8..<10)
        parts.tm_hour = number(11..<13)
        parts.tm_min = number(14..<16)
        parts.tm_sec = number(17..<19)
        let milliseconds = bytes.count == 24 ? Int64(number(20..<23)) : 0
        return Int64(timegm(&parts)) * 1_000_000 + milliseconds * 1_000
    }

    /// Parses decimal seconds. Returns nil for other texts and for more than six decimals.
    static func microseconds(ofSample text: String) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Int64(parts[0]), whole >= 0 else { return nil }
        guard parts.count == 2 else { return whole * 1_000_000 }
        guard (1...6).contains(parts[1].count), let fraction = Int64(parts[1]), fraction >= 0 else { return nil }
        return whole * 1_000_000 + (0..<(6 - parts[1].count)).reduce(fraction) { sum, _ in sum * 10 }
    }
}

/// Prints a line and flushes standard output.
func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}
