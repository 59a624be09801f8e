// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Issues credentials of one kind.
protocol CredentialIssuer: Sendable {
    /// Whether issuing again after a rejection may yield an accepted credential although no secret has changed.
    var canReissue: Bool { get }

    /// Returns the current secrets. When they change, a new credential is issued.
    func secrets() async throws(CredentialFailure) -> [Secret]

    /// Issues a credential from `secrets`.
    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential
}

extension CredentialIssuer {
    /// True, the default for credentials that a service issues.
    var canReissue: Bool { true }
}

/// A newly issued credential.
struct IssuedCredential: Sendable {
    var credential: Credential
    /// How long it is valid; nil: without limit.
    var lifetime: Duration?
    /// Whether a service issued it, in contrast to one made from configured secrets alone.
    var wasObtained = true
}

extension CredentialFailure {
    /// Whether the service rejected the secrets: sending them again may lock an account or a key.
    var isRejection: Bool { cause == .rejected }

    /// Creates the failure for an unexpected response to `request`, such as `IAM token request`.
    /// - Parameters:
    ///   - wallMicroseconds: this machine's clock when the response came.
    ///   - isSigned: whether the request was signed, with that clock's time.
    ///   - address: the requested URL and the setting it comes from, reported as the cause of a 404 or 405.
    init(
        _ response: HTTPResponse, to request: String, wallMicroseconds: Int64, isSigned: Bool = false,
        address: (url: String, setting: String)? = nil
    ) {
        let body = ErrorBody(json: response.body).redacted()
        let code = body.code.map { " \($0)" } ?? ""
        let message = body.message.map { ": \($0)" } ?? ""
        var text = "\(request) failed: HTTP \(response.status)\(code)\(message)"
        if isSigned, let skew = response.clockSkew(wallMicroseconds: wallMicroseconds) {
            text = "\(skew); \(text)"
        }
        let cause: Cause
        if FailureTable.isThrottled(status: response.status, code: body.code) {
            cause = .unavailable
        } else if response.status == 404 || response.status == 405, let address {
            cause = .address
            text += "; no such service at \(address.url); check \(address.setting)"
        } else {
            switch response.status {
            case 408, 500...: cause = .unavailable
            case 400..<500: cause = .rejected
            default: cause = .other
            }
        }
        // After a rejection the lockout schedule decides when to retry, not the response's Retry-After.
        let retryAfter = cause == .rejected ? nil : response.retryAfter(wallMicroseconds: wallMicroseconds)
        let requestID = response.header("X-Request-Id") ?? response.header("X-IAM-Trace-Id")
        self.init(text, requestID: ErrorBody.redacted(requestID), cause: cause, retryAfter: retryAfter)
    }
}
