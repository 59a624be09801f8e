// SPDX-License-Identifier: Apache-2.0

/// Parses the dates of HTTP headers such as `Date` and `Retry-After`.
public enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let shortDays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let longDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    /// Parses a date in one of the three formats of RFC 9110, section 5.6.7; returns nil for other texts.
    ///
    /// - `Sun, 06 Nov 1994 08:49:37 GMT`, the preferred format;
    /// - `Sunday, 06-Nov-94 08:49:37 GMT`, with two digits for the years 1970 to 2069;
    /// - `Sun Nov  6 08:49:37 1994`.
    ///
    /// The day of the week must be valid, but need not match the date.
    public static func parse(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        switch words.count {
        case 6 where words[5] == "GMT":
            guard shortDays.contains(where: { words[0] == $0 + "," }) else { return nil }
            return timestamp(year: words[3], month: words[2], day: words[1], time: words[4])
        case 4 where words[3] == "GMT":
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard longDays.contains(where: { words[0] == $0 + "," }), date.count == 3, date[2].utf8.count == 2,
                let year = Int(date[2])
            else { return nil }
            return timestamp(
                year: (year < 70 ? "20" : "19") + date[2], month: date[1], day: date[0], time: words[2])
        case 5 where shortDays.contains(words[0]):
            return timestamp(year: words[4], month: words[1], day: words[2], time: words[3])
        case 6 where shortDays.contains(words[0]) && words[2].isEmpty:
            // A single-digit day is preceded by two spaces.
            guard words[3].utf8.count == 1 else { return nil }
            return timestamp(year: words[5], month: words[1], day: "0" + words[3], time: words[4])
        default: return nil
        }
    }

    /// Uses ``ISO8601Time`` to validate the ranges of day and time.
    private static func timestamp(year: String, month: String, day: String, time: String) -> Timestamp? {
        guard let index = months.firstIndex(of: month), year.utf8.count == 4, day.utf8.count == 2,
            time.utf8.count == 8
        else { return nil }
        return ISO8601Time.parse("\(year)-\(index < 9 ? "0" : "")\(index + 1)-\(day)T\(time)Z")
    }
}
