// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// `Retry-After` in both of its forms: seconds, and a date of HTTP (RFC 9110, 10.2.3).
enum RetryAfter {
    /// Longer than this is this long.
    private static let longest = 86_400

    /// How long the service asks to be left alone; nil where it asks for nothing, or nothing that can be read.
    /// - Parameters:
    ///   - date: the response's own `Date`. A date minus that is true whatever our clock says.
    ///   - wallMicroseconds: our clock, for a response without `Date`.
    static func parse(_ value: String, date: String?, wallMicroseconds: Int64) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return pause(seconds: Int(value) ?? .max)
        }
        guard let moment = seconds(of: value) else { return nil }
        return pause(seconds: moment - (date.flatMap(seconds) ?? Int(wallMicroseconds / 1_000_000)))
    }

    private static func pause(seconds: Int) -> Duration? {
        seconds > 0 ? .seconds(min(seconds, longest)) : nil
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Unix seconds of `Wed, 21 Oct 2026 07:28:00 GMT`, the one form that servers may send; nil for anything else. The
    /// name of the day says nothing that the date doesn't, and isn't looked at.
    private static func seconds(of text: String) -> Int? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].utf8.count == 4, parts[0].hasSuffix(","), parts[5] == "GMT",
            let month = months.firstIndex(where: { $0 == parts[2] }), parts[1].utf8.count == 2
        else { return nil }
        // Put in the spelling that is read already, which also knows how many days a month has.
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        let spelling = Array("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z".utf8)
        guard parts[4].utf8.count == 8 else { return nil }
        return spelling.withUnsafeBufferPointer { ISO8601Time.parse($0) }.map { Int($0.microseconds / 1_000_000) }
    }
}
