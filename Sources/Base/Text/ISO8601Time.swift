// SPDX-License-Identifier: Apache-2.0

/// Parses ISO 8601 times in the variants that Huawei Cloud services use: `T` or a space between date and time, an
/// optional fraction of any length (truncated to microseconds), `Z`, `+08:00`, `+0800`, `+08` or no zone (UTC).
public enum ISO8601Time {
    /// Parses a time; returns nil if `bytes` are not a valid one.
    public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
        parseDocumentedFormat(bytes) ?? parseAnyFormat(bytes)
    }

    /// Parses the format that the service documents, `2023-05-30T12:24:30.401Z`, eight characters at a time; returns
    /// nil for every other text.
    private static func parseDocumentedFormat(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
        guard bytes.count == 24, let start = bytes.baseAddress.map({ UnsafeRawPointer($0) }) else { return nil }
        // XOR with "0000-00-", "00T00:00" and ":00.000Z" turns digits into their values and separators into zero.
        let date = word(start, 0) ^ 0x2D30_302D_3030_3030
        let hours = word(start, 8) ^ 0x3030_3A30_3054_3030
        let seconds = word(start, 16) ^ 0x5A30_3030_2E30_303A
        let hasFormat =
            areDigits(date) && areDigits(hours) && areDigits(seconds)
            && (date & 0xFF00_00FF_0000_0000) | (hours & 0x0000_FF00_00FF_0000) | (seconds & 0xFF00_0000_FF00_00FF) == 0
        guard hasFormat else { return nil }
        // Each byte becomes the two-digit number that starts at it.
        let (dates, times, rest) = (date &* 10 &+ date >> 8, hours &* 10 &+ hours >> 8, seconds &* 10 &+ seconds >> 8)
        func two(_ pairs: UInt64, _ position: UInt64) -> Int { Int(pairs >> (8 * position) & 0xFF) }
        let (year, month, day) = (two(dates, 0) * 100 + two(dates, 2), two(dates, 5), two(times, 0))
        let (hour, minute, second) = (two(times, 3), two(times, 6), two(rest, 1))
        let milliseconds = two(rest, 4) * 10 + two(seconds, 6)
        guard year > 0, (1...12).contains(month), day >= 1, day <= 28 || day <= daysIn(month: month, year: year),
            hour < 24, minute < 60, second < 60
        else { return nil }
        // Like `daysSinceEpoch`, but without eras: this year's leap day counts from March on.
        let leaps = month > 2 ? year : year - 1
        let beforeMonth = (367 * month - 362) / 12 - (month > 2 ? 2 : 0)
        let days = year * 365 + leaps / 4 - leaps / 100 + leaps / 400 + beforeMonth + day - 719_528
        let whole = days * 86_400 + hour * 3_600 + minute * 60 + second
        return Timestamp(microseconds: Int64(whole * 1_000_000 + milliseconds * 1_000))
    }

    @inline(__always)
    private static func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Whether each byte is a value from 0 to 9.
    @inline(__always)
    private static func areDigits(_ word: UInt64) -> Bool {
        (word | (word &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0
    }

    private static func parseAnyFormat(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
        var reader = Reader(bytes: bytes)
        guard let year = reader.number(digits: 4), reader.take("-"),
            let month = reader.number(digits: 2), (1...12).contains(month), reader.take("-"),
            let day = reader.number(digits: 2), day >= 1, day <= daysIn(month: month, year: year),
            reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(digits: 2), hour < 24, reader.take(":"),
            let minute = reader.number(digits: 2), minute < 60
        else { return nil }
        var second = 0
        var microseconds = 0
        if reader.take(":") {
            // 60 is a leap second; it becomes the first second of the next minute.
            guard let number = reader.number(digits: 2), number <= 60 else { return nil }
            second = number
            if reader.take(".") || reader.take(",") {
                guard let fraction = reader.fraction() else { return nil }
                microseconds = fraction
            }
        }
        guard let offset = reader.zoneOffsetMinutes(), reader.isAtEnd else { return nil }
        let seconds =
            daysSinceEpoch(year: year, month: month, day: day) * 86_400 + hour * 3_600
            + (minute - offset) * 60 + second
        return Timestamp(microseconds: Int64(seconds) * 1_000_000 + Int64(microseconds))
    }

    /// Parses a time; returns nil if `text` is not a valid one.
    public static func parse(_ text: String) -> Timestamp? {
        Array(text.utf8).withUnsafeBufferPointer { parse($0) }
    }

    /// Returns the days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that the
    /// leap day is the last of its year and one formula gives all month lengths.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func digit() -> Int? {
            guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
            position += 1
            return Int(bytes[position - 1]) - 0x30
        }

        mutating func number(digits: Int) -> Int? {
            var value = 0
            for _ in 0..<digits {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        mutating func fraction() -> Int? {
            guard var value = digit() else { return nil }
            var count = 1
            while let digit = digit() {
                if count < 6 {
                    value = value * 10 + digit
                    count += 1
                }
            }
            while count < 6 {
                value *= 10
                count += 1
            }
            return value
        }

        mutating func zoneOffsetMinutes() -> Int? {
            if isAtEnd || take("Z") || take("z") { return 0 }
            let sign: Int
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hours = number(digits: 2), hours < 24 else { return nil }
            if isAtEnd { return sign * hours * 60 }
            _ = take(":")
            guard let minutes = number(digits: 2), minutes < 60 else { return nil }
            return sign * (hours * 60 + minutes)
        }
    }
}
