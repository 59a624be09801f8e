// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Calculates how long a newly issued credential is valid.
struct CredentialLifetime {
    /// The minimum remaining lifetime. A credential with less is a failure: it would be renewed in a loop.
    static let minimum = Duration.seconds(5)

    /// The service that issued the credential, for messages.
    let name: String
    let response: HTTPResponse
    /// This machine's clock when the response came.
    let wallMicroseconds: Int64

    /// Returns the time left until `end`; nil if `end` is absent or unreadable.
    ///
    /// The time counts from `issued` or the response's `Date`, whichever is later, because this machine's clock may be
    /// wrong; from this machine's clock only without either.
    /// - Throws: ``CredentialFailure`` that compares the clocks if less than ``minimum`` is left.
    func remaining(until end: String?, issued: String?) throws(CredentialFailure) -> Duration? {
        guard let end = end.flatMap({ ISO8601Time.parse($0) }) else { return nil }
        let issued = issued.flatMap { ISO8601Time.parse($0) }?.microseconds
        let date = response.date
        let serviceTime = [issued, date].compactMap { $0 }.max()
        let (left, overflow) = end.microseconds.subtractingReportingOverflow(serviceTime ?? wallMicroseconds)
        guard !overflow else { return nil }
        guard .microseconds(left) < Self.minimum else { return .microseconds(left) }
        let clocks = clocks(serviceMicroseconds: date ?? issued)
        let moment = end.iso8601()
        throw CredentialFailure(
            left <= 0
                ? "\(name) returned a credential that expired at \(moment); \(clocks)"
                : "\(name) returned a credential that expires in less than \(Self.minimum.components.seconds) s, "
                    + "at \(moment); \(clocks)",
            cause: .expired)
    }

    private func clocks(serviceMicroseconds: Int64?) -> String {
        guard let service = serviceMicroseconds else {
            let now = Timestamp(microseconds: wallMicroseconds).iso8601()
            return "this machine's clock shows \(now) and the response has no Date to compare it with; "
                + "synchronize this machine's clock (NTP)"
        }
        let ahead = (wallMicroseconds - service) / 1_000_000
        guard abs(ahead) >= 60 else {
            return "this machine's clock agrees with the service's; the error is in the service's response"
        }
        let offset = HTTPResponse.offsetText(ahead: ahead)
        return "this machine's clock is \(offset) the service's; synchronize the clocks (NTP)"
    }
}
