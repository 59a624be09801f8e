// SPDX-License-Identifier: Apache-2.0

/// Times in the forms the API is known to send.
enum Timestamp {
    /// `2023-05-30T12:24:30.401Z`, the form of the documents.
    static func zulu(_ seconds: Int64, milliseconds: Int = 0) -> String {
        civil(seconds) + "." + padded(milliseconds, 3) + "Z"
    }

    /// One of seven forms of the same instant.
    static func form(_ form: Int, _ seconds: Int64, milliseconds: Int) -> String {
        switch form % 7 {
        case 0: zulu(seconds, milliseconds: milliseconds)
        case 1: civil(seconds) + "Z"
        case 2: civil(seconds + 8 * 3600) + "." + padded(milliseconds, 3) + "+08:00"
        case 3: civil(seconds) + "." + padded(milliseconds, 3)
        case 4: civil(seconds)
        case 5: civil(seconds, separator: " ")
        default: civil(seconds) + ".000+00:00"
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the form of the `Date` header.
    static func http(_ seconds: Int64) -> String {
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = civil(seconds, separator: "-").split(separator: "-").map(String.init)
        let month = months[(Int(words[1]) ?? 1) - 1]
        return "\(weekdays[Int(seconds / 86_400 % 7)]), \(words[2]) \(month) \(words[0]) \(words[3]) GMT"
    }

    private static func civil(_ seconds: Int64, separator: String = "T") -> String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let rest = Int(seconds - days * 86_400)
        // Days to year, month and day, counted in eras of 400 years that begin on the first of March.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        let date = padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
        let time = padded(rest / 3600, 2) + ":" + padded(rest / 60 % 60, 2) + ":" + padded(rest % 60, 2)
        return date + separator + time
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
