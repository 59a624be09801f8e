// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Where credentials of one kind come from.
protocol CredentialIssuer: Sendable {
    /// Whether a new credential may be accepted after one was rejected, although no secret has changed.
    var canReplace: Bool { get }

    /// The configured secrets as they are now. Where they differ from those a credential was made of, another is made.
    func secrets() async throws(CredentialFailure) -> [Secret]

    /// Makes a credential of `secrets`.
    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential
}

extension CredentialIssuer {
    /// True, as it is for credentials that are obtained.
    var canReplace: Bool { true }
}

/// A credential that has just been made.
struct IssuedCredential: Sendable {
    var credential: Credential
    /// How long it lives; nil: until somebody ends it.
    var lifetime: Duration?
    /// Whether somebody was asked for it.
    var wasObtained = true
}

extension CredentialFailure {
    /// Whether asking again the same way is likely to be refused again, and may lock an account or a key.
    var isRefusal: Bool { cause == .rejected }

    /// The failure that a response other than the hoped-for one stands for.
    /// - Parameters:
    ///   - wallMicroseconds: this machine's clock when the response came.
    ///   - isSigned: whether the request was signed by that clock.
    ///   - address: the URL that was requested and the setting it comes from, which is to blame for a 404 or 405.
    init(
        _ response: HTTPResponse, from name: String, wallMicroseconds: Int64, isSigned: Bool = false,
        address: (url: String, setting: String)? = nil
    ) {
        let said = ErrorBody(json: response.body).redacted()
        let code = said.code.map { " \($0)" } ?? ""
        let message = said.message.map { ": \($0)" } ?? ""
        var text = "\(name) answered HTTP \(response.status)\(code)\(message)"
        if isSigned, let skew = response.clockSkew(wallMicroseconds: wallMicroseconds) {
            text = "\(skew); \(text)"
        }
        let cause: Cause
        if FailureTable.isThrottled(status: response.status, code: said.code) {
            cause = .unavailable
        } else if response.status == 404 || response.status == 405, let address {
            cause = .address
            text += "; there is no such service at \(address.url): check \(address.setting)"
        } else {
            switch response.status {
            case 408, 500...: cause = .unavailable
            case 400..<500: cause = .rejected
            default: cause = .other
            }
        }
        // Who rejects a credential is asked again when the lockout allows it, whatever pause the response names.
        let retryAfter = cause == .rejected ? nil : response.retryAfter(wallMicroseconds: wallMicroseconds)
        let requestID = response.header("X-Request-Id") ?? response.header("X-IAM-Trace-Id")
        self.init(text, requestID: ErrorBody.redacted(requestID), cause: cause, retryAfter: retryAfter)
    }
}
