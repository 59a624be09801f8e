// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Calculates how long a credential that has just arrived may be used.
struct CredentialLife {
    /// A credential with less than this left is a failure: it would be obtained again and again.
    static let shortest = Duration.seconds(5)

    /// Who sent the credential, for messages.
    let name: String
    let response: HTTPResponse
    /// This machine's clock when the response came.
    let wallMicroseconds: Int64

    /// The time that is left until `end`; nil if `end` is absent or unreadable.
    ///
    /// Both ends of it are the service's where possible, because this machine's clock may be wrong: it counts from
    /// `issued` or the response's `Date`, whichever is later, and from this machine's clock only without either.
    /// - Throws: ``CredentialFailure`` that names the clocks if the credential has expired, or is about to.
    func remaining(until end: String?, issued: String?) throws(CredentialFailure) -> Duration? {
        guard let end = end.flatMap({ ISO8601Time.parse($0) }) else { return nil }
        let issued = issued.flatMap { ISO8601Time.parse($0) }?.microseconds
        let date = response.date
        let serviceTime = [issued, date].compactMap { $0 }.max()
        let (left, overflow) = end.microseconds.subtractingReportingOverflow(serviceTime ?? wallMicroseconds)
        guard !overflow else { return nil }
        guard .microseconds(left) < Self.shortest else { return .microseconds(left) }
        let clocks = clocks(serviceMicroseconds: date ?? issued)
        let moment = end.iso8601()
        throw CredentialFailure(
            left <= 0
                ? "\(name) sent a credential that had already expired, at \(moment); \(clocks)"
                : "\(name) sent a credential that expires within \(Self.shortest.components.seconds) s, at \(moment); "
                    + clocks,
            cause: .expired)
    }

    private func clocks(serviceMicroseconds: Int64?) -> String {
        guard let service = serviceMicroseconds else {
            let now = Timestamp(microseconds: wallMicroseconds).iso8601()
            return "this machine's clock shows \(now), and the response has no Date to compare it with: "
                + "check this machine's clock (NTP)"
        }
        let ahead = (wallMicroseconds - service) / 1_000_000
        guard abs(ahead) >= 60 else {
            return "this machine's clock agrees with the service's, so the fault is in what the service sent"
        }
        return "this machine's clock is \(HTTPResponse.words(ahead: ahead)) the service's: synchronize the clocks (NTP)"
    }
}
