// SPDX-License-Identifier: Apache-2.0
internal import FabricModel
public import Transport

/// Reads `Retry-After` in both of its forms: seconds, and a date (RFC 9110, section 10.2.3).
public enum RetryAfter {
    /// The longest pause that a service is granted.
    public static let longest = Duration.seconds(300)

    /// The pause that `response` asks for, at most ``longest``; nil if it asks for none, or for one that cannot be read.
    /// - Parameter wallMicroseconds: this machine's clock, for a response that has a date but no `Date`.
    public static func pause(in response: HTTPResponse, wallMicroseconds: Int64) -> Duration? {
        response.header("Retry-After").flatMap {
            parse($0, date: response.header("Date"), wallMicroseconds: wallMicroseconds)
        }
    }

    /// The pause that a header asks for.
    /// - Parameters:
    ///   - date: the response's own `Date`. The distance from it is right even if this machine's clock is wrong.
    ///   - wallMicroseconds: this machine's clock, for a response without `Date`.
    static func parse(_ value: String, date: String?, wallMicroseconds: Int64) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return granted(.seconds(Int(value) ?? .max))
        }
        guard let moment = HTTPDate.parse(value) else { return nil }
        let now = date.flatMap(HTTPDate.parse)?.microseconds ?? wallMicroseconds
        return granted(.microseconds(moment.microseconds - now))
    }

    private static func granted(_ pause: Duration) -> Duration? { pause > .zero ? min(pause, longest) : nil }
}
