// SPDX-License-Identifier: Apache-2.0
internal import Secrets
public import Transport

extension HTTPResponse {
    /// Strikes the signature of `request` out of the body, should the service echo it: whoever has it could send the same
    /// request again for 15 minutes.
    public mutating func strikeSignature(of request: HTTPRequest) {
        guard !body.isEmpty, let signature = request.signature else { return }
        let text = String(decoding: body, as: UTF8.self)
        let clean = signature.redacting(text)
        if clean != text { body = Array(clean.utf8) }
    }
}

extension HTTPRequest {
    /// The signature in the `Authorization` header; nil where there is none.
    fileprivate var signature: Secret? {
        let header = headers.last { $0.name.lowercased() == "authorization" }?.value
        return header?.firstRange(of: "Signature=").map { Secret(String((header ?? "")[$0.upperBound...])) }
    }
}
