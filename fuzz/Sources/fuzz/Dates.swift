// SPDX-License-Identifier: Apache-2.0
import Base

@testable import Fabric

/// Parses the input as a date; and formats eight bytes of it as a date in all supported formats and parses them.
func checkDate(_ input: UnsafeBufferPointer<UInt8>) {
    if let time = ISO8601Time.parse(input) {
        // With a zone, the time can be outside the years with four digits.
        if years.contains(time.microseconds) {
            require(parse(formatted(time.microseconds) + "Z") == time, "\(time) is not parsed as formatted")
        } else {
            require(
                years.contains(time.microseconds + day) || years.contains(time.microseconds - day),
                "\(time) is out of range")
        }
        // Valid dates are printable ASCII without trailing characters.
        require(input.allSatisfy { (0x20..<0x7F).contains($0) }, "an invalid byte in a date")
        let longer = Array(input) + [UInt8(ascii: "x")]
        require(longer.withUnsafeBufferPointer { ISO8601Time.parse($0) } == nil, "a date with trailing characters")
    }
    guard input.count >= 8 else { return }
    let number = input.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let span = UInt64(years.upperBound - years.lowerBound)
    let time = Timestamp(microseconds: years.lowerBound + Int64(number % span))
    let text = formatted(time.microseconds)
    let spaced = text.replacing("T", with: " ")
    for variant in [text, text + "Z", text + "+00:00", text + "-0000", text + "+00", spaced, text + "000z"] {
        require(parse(variant) == time, "\(variant) is parsed as \(String(describing: parse(variant)))")
    }
    let east = Timestamp(microseconds: time.microseconds - 8 * 3_600 * 1_000_000)
    require(parse(text + "+08:00") == east, "\(text)+08:00 is not eight hours earlier")
}

private let day: Int64 = 86_400_000_000

/// The range from 0000-01-01T00:00:00Z to the end of 9999, in microseconds.
private let years: Range<Int64> = -719_528 * day..<2_932_897 * day

private func parse(_ text: String) -> Timestamp? { Array(text.utf8).withUnsafeBufferPointer { ISO8601Time.parse($0) } }

/// Formats a time as in `2023-05-30T12:24:30.401000`. Counts years and months one by one, independently of the parser's
/// formula.
private func formatted(_ microseconds: Int64) -> String {
    var days = Int((microseconds - years.lowerBound) / day)
    let rest = Int((microseconds - years.lowerBound) % day)
    func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    var year = days / 146_097 * 400
    days %= 146_097
    while days >= (isLeap(year) ? 366 : 365) {
        days -= isLeap(year) ? 366 : 365
        year += 1
    }
    let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var month = 0
    while days >= lengths[month] {
        days -= lengths[month]
        month += 1
    }
    func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: count - digits.count) + digits
    }
    let date = "\(padded(year, 4))-\(padded(month + 1, 2))-\(padded(days + 1, 2))"
    let seconds = rest / 1_000_000
    let time = "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    return "\(date)T\(time).\(padded(rest % 1_000_000, 6))"
}
