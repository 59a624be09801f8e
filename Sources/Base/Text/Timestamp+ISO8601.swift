// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    /// Formats the time in UTC, as in `2026-03-01T12:00:00Z`.
    /// - Parameter fractionDigits: the number of digits after the seconds, at most 6; the rest is truncated.
    public func iso8601(fractionDigits: Int = 0) -> String {
        let (seconds, fraction) = microseconds.floorDivided(by: 1_000_000)
        let (days, time) = seconds.floorDivided(by: 86_400)
        let date = Self.civilDate(daysSinceEpoch: days)
        var text = "\(Self.digits(date.year, 4))-\(Self.digits(date.month, 2))-\(Self.digits(date.day, 2))T"
        text += "\(Self.digits(time / 3_600, 2)):\(Self.digits(time / 60 % 60, 2)):\(Self.digits(time % 60, 2))"
        if fractionDigits > 0 { text += "." + Self.digits(fraction, 6).prefix(fractionDigits) }
        return text + "Z"
    }

    /// Returns the proleptic Gregorian date, computed in 400-year eras that begin in March, so that the leap day is
    /// last.
    private static func civilDate(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, count - text.count)) + text
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
