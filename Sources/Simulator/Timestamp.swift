// SPDX-License-Identifier: Apache-2.0
import Base

/// Formats times like the API.
enum Timestamp {
    /// `2023-05-30T12:24:30.401Z`, the documented format.
    static func zulu(_ seconds: Int64, milliseconds: Int = 0) -> String {
        Base.Timestamp(microseconds: seconds * 1_000_000 + Int64(milliseconds) * 1_000).iso8601(fractionDigits: 3)
    }

    /// One of seven formats of the same time.
    static func form(_ form: Int, _ seconds: Int64, milliseconds: Int) -> String {
        let text = zulu(seconds, milliseconds: milliseconds)
        let whole = String(text.dropLast(5))
        return switch form % 7 {
        case 0: text
        case 1: whole + "Z"
        case 2: zulu(seconds + 8 * 3600, milliseconds: milliseconds).dropLast() + "+08:00"
        case 3: String(text.dropLast())
        case 4: whole
        case 5: whole.replacing("T", with: " ")
        default: whole + ".000+00:00"
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the format of the `Date` header.
    static func http(_ seconds: Int64) -> String {
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = zulu(seconds).split { "-T.".contains($0) }.map(String.init)
        let month = months[(Int(words[1]) ?? 1) - 1]
        return "\(weekdays[Int(seconds / 86_400 % 7)]), \(words[2]) \(month) \(words[0]) \(words[3]) GMT"
    }
}
