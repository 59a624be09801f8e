// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// An access key, permanent or temporary.
struct AccessKey: Sendable {
    /// The access key ID (AK); not a secret.
    var id: String
    /// The secret access key (SK).
    var secret: Secret
    /// The security token of a temporary key.
    var securityToken: Secret?
}

/// Signs requests with an access key (SDK-HMAC-SHA256). Only `host`, `x-sdk-date`, `x-project-id` and
/// `x-security-token` are signed, because a proxy that rewrites a signed header breaks the signature.
struct RequestSigner: Sendable {
    static let algorithm = "SDK-HMAC-SHA256"

    let key: AccessKey
    /// The value of `X-Project-Id`; nil to omit the header.
    let projectID: String?

    /// Signs `request` with `date` (`YYYYMMDDTHHMMSSZ`, UTC), and sorts its query as in the canonical request.
    func sign(_ request: inout HTTPRequest, date: String) {
        let url = URLParts(request.url)
        // A retry carries the headers of the previous attempt.
        let own: Set<String> = ["authorization", "x-sdk-date", "x-project-id", "x-security-token"]
        request.headers.removeAll { own.contains($0.name.lowercased()) }
        var added = [HTTPHeader("X-Sdk-Date", date)]
        if let projectID { added.append(HTTPHeader("X-Project-Id", projectID)) }
        key.securityToken?.withExposedValue { added.append(HTTPHeader("X-Security-Token", $0)) }
        let canonical = CanonicalRequest(
            method: request.method.rawValue, url: url, headers: [HTTPHeader("Host", url.host)] + added,
            body: request.body ?? [])
        request.url = url.origin + url.path + (canonical.query.isEmpty ? "" : "?" + canonical.query)
        request.headers += added
        request.headers.append(HTTPHeader("Authorization", authorization(canonical, date: date)))
    }

    /// Returns the value of the `Authorization` header.
    func authorization(_ canonical: CanonicalRequest, date: String) -> String {
        let signature = key.secret.withExposedValue { secret in
            SHA256Digest.authenticationCode(
                for: Array(Self.stringToSign(canonical, date: date).utf8), key: Array(secret.utf8))
        }
        return "\(Self.algorithm) Access=\(key.id), SignedHeaders=\(canonical.signedHeaders), "
            + "Signature=\(SHA256Digest.hexadecimal(signature))"
    }

    static func stringToSign(_ canonical: CanonicalRequest, date: String) -> String {
        [algorithm, date, SHA256Digest.hexadecimal(SHA256Digest.digest(of: Array(canonical.text.utf8)))]
            .joined(separator: "\n")
    }
}
