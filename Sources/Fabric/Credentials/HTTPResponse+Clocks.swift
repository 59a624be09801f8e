// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

extension HTTPResponse {
    /// The longest pause that a service is granted.
    private static let longestPause = Duration.seconds(300)
    /// Signatures are refused beyond this difference between two clocks, in seconds.
    private static let largestSkew: Int64 = 15 * 60

    /// The pause that `Retry-After` asks for, as seconds or as a date (RFC 9110, section 10.2.3), at most 5 minutes;
    /// nil if it asks for none, or for one that cannot be read.
    /// - Parameter wallMicroseconds: this machine's clock. The distance from the response's own `Date` is right even if
    ///   that clock is wrong, so it counts only where there is no `Date`.
    func retryAfter(wallMicroseconds: Int64) -> Duration? {
        guard let value = header("Retry-After"), !value.isEmpty else { return nil }
        let pause: Duration
        if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            pause = .seconds(Int(value) ?? .max)
        } else {
            guard let moment = HTTPDate.parse(value) else { return nil }
            pause = .microseconds(moment.microseconds - (date ?? wallMicroseconds))
        }
        return pause > .zero ? min(pause, Self.longestPause) : nil
    }

    /// A sentence where the `Date` of a refusal says that this machine's clock is too far away for any signature to be
    /// taken; nil elsewhere.
    /// - Parameter wallMicroseconds: this machine's clock when the response came.
    func clockSkew(wallMicroseconds: Int64) -> String? {
        guard status == 401 || status == 403, let date else { return nil }
        let ahead = (wallMicroseconds - date) / 1_000_000
        guard abs(ahead) > Self.largestSkew else { return nil }
        let words = Self.words(ahead: ahead)
        return "this machine's clock is \(words) the service's, and signatures are refused beyond 15 minutes"
    }

    /// The service's clock when it responded, in microseconds since the epoch.
    var date: Int64? { header("Date").flatMap { HTTPDate.parse($0) }?.microseconds }

    /// A difference between two clocks, such as `40 minutes ahead of`.
    static func words(ahead: Int64) -> String {
        let amount = abs(ahead)
        let shown =
            switch amount {
            case ..<120: "\(amount) s"
            case ..<7_200: "\(amount / 60) minutes"
            case ..<172_800: "\(amount / 3_600) hours"
            default: "\(amount / 86_400) days"
            }
        return "\(shown) \(ahead > 0 ? "ahead of" : "behind")"
    }
}
