// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPServer

@testable import Simulator

/// Returns a signed request.
func signedRequest(
    _ target: String, key: (id: String, secret: String), at seconds: Int64, projectID: String? = nil,
    securityToken: String? = nil, method: String = "GET", body: String = ""
) throws -> ListenerRequest {
    var headers: [(name: String, value: String)] = [("Host", "h"), ("X-Sdk-Date", compactDate(seconds))]
    if let projectID { headers.append(("X-Project-Id", projectID)) }
    if let securityToken { headers.append(("X-Security-Token", securityToken)) }
    let names = headers.map { $0.name.lowercased() }.sorted().joined(separator: ";")
    func request(_ signature: String) -> ListenerRequest {
        let value = "SDK-HMAC-SHA256 Access=\(key.id), SignedHeaders=\(names), Signature=\(signature)"
        return ListenerRequest(
            method: method, target: target, headers: headers + [("Authorization", value)], body: Array(body.utf8))
    }
    let unsigned = request("none")
    guard let check = SignatureCheck(unsigned) else { throw Unreadable() }
    let digest = SHA256Digest.hexadecimal(SHA256Digest.digest(of: Array(check.canonicalRequest.utf8)))
    let text = "SDK-HMAC-SHA256\n\(check.date)\n\(digest)"
    return request(
        SHA256Digest.hexadecimal(SHA256Digest.authenticationCode(for: Array(text.utf8), key: Array(key.secret.utf8))))
}

struct Unreadable: Error {}

/// `20260301T081530Z`.
func compactDate(_ seconds: Int64) -> String {
    Timestamp.zulu(seconds).prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
}

/// A received response.
struct Response {
    let status: Int
    let text: String
    let headers: [(String, String)]

    init(_ response: ListenerResponse) {
        status = response.status
        headers = response.headers
        if case .bytes(let bytes) = response.body { text = String(decoding: bytes, as: UTF8.self) } else { text = "" }
    }

    var json: Simulator.JSONValue? { JSONReader.read(Array(text.utf8)) }
    func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
}

extension SimulatedCloud {
    /// Sends a request with an optional JSON body.
    func send(
        _ method: String, _ target: String, headers: [(name: String, value: String)] = [], _ body: String = ""
    ) async -> Response {
        Response(
            await answer(ListenerRequest(method: method, target: target, headers: headers, body: Array(body.utf8))))
    }

    func send(_ request: ListenerRequest) async -> Response { Response(await answer(request)) }
}
