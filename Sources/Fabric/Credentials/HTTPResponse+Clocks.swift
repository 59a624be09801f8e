// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

extension HTTPResponse {
    /// The upper limit of `Retry-After`.
    private static let maximumPause = Duration.seconds(300)
    /// The maximum clock difference at which signatures are accepted, in seconds.
    private static let maximumSkew: Int64 = 15 * 60

    /// Returns the pause in `Retry-After`, given in seconds or as a date (RFC 9110, section 10.2.3), capped at 5
    /// minutes; nil if absent, unreadable or not in the future.
    /// - Parameter wallMicroseconds: this machine's clock, used for a date only if the response has no `Date`, because
    ///   this clock may be wrong.
    func retryAfter(wallMicroseconds: Int64) -> Duration? {
        guard let value = header("Retry-After"), !value.isEmpty else { return nil }
        let pause: Duration
        if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            pause = .seconds(Int(value) ?? .max)
        } else {
            guard let moment = HTTPDate.parse(value) else { return nil }
            pause = .microseconds(moment.microseconds - (date ?? wallMicroseconds))
        }
        return pause > .zero ? min(pause, Self.maximumPause) : nil
    }

    /// Returns an explanation of a 401 or 403 whose `Date` differs so much from this machine's clock that any signature
    /// is rejected; otherwise nil.
    /// - Parameter wallMicroseconds: this machine's clock when the response came.
    func clockSkew(wallMicroseconds: Int64) -> String? {
        guard status == 401 || status == 403, let date else { return nil }
        let ahead = (wallMicroseconds - date) / 1_000_000
        guard abs(ahead) > Self.maximumSkew else { return nil }
        let offset = Self.offsetText(ahead: ahead)
        return "this machine's clock is \(offset) the service's; signatures are rejected beyond 15 minutes"
    }

    /// The response's `Date`, in microseconds since the epoch; nil if absent or unreadable.
    var date: Int64? { header("Date").flatMap { HTTPDate.parse($0) }?.microseconds }

    /// Returns a difference between two clocks as text, such as `40 minutes ahead of`. `ahead` is in seconds.
    static func offsetText(ahead: Int64) -> String {
        let amount = abs(ahead)
        let text =
            switch amount {
            case ..<120: "\(amount) s"
            case ..<7_200: "\(amount / 60) minutes"
            case ..<172_800: "\(amount / 3_600) hours"
            default: "\(amount / 86_400) days"
            }
        return "\(text) \(ahead > 0 ? "ahead of" : "behind")"
    }
}
