// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Testing

@testable import Fabric

@Suite("Signatures")
struct RequestSignerTests {
    @Test("There are 23 vectors")
    func count() {
        #expect(SigningVector.all.count == 23)
    }

    @Test(
        "Canonical request, string to sign and header match the reference implementation", arguments: SigningVector.all)
    func reference(_ vector: SigningVector) throws {
        let date = try #require(vector.input("x_sdk_date"))
        var headers = vector.ownHeaders + [HTTPHeader("X-Sdk-Date", date)]
        headers.append(HTTPHeader("Host", try #require(vector.input("host"))))
        if let project = vector.input("project_id") { headers.append(HTTPHeader("X-Project-Id", project)) }
        if let token = vector.input("security_token") { headers.append(HTTPHeader("X-Security-Token", token)) }
        // Unlike in this program's requests, the body isn't JSON and its digest is omitted.
        if vector.expected("payload_hash") == "UNSIGNED-PAYLOAD" {
            headers.append(HTTPHeader("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD"))
        }
        let canonical = CanonicalRequest(
            method: try #require(vector.input("method")), url: URLParts(vector.url), headers: headers,
            body: Array((vector.input("body") ?? "").utf8))
        #expect(canonical.uri == vector.expected("canonical_uri"))
        #expect(canonical.query == vector.expected("canonical_query_string"))
        #expect(canonical.signedHeaders == vector.expected("signed_headers"))
        #expect(canonical.payloadHash == vector.expected("payload_hash"))
        #expect(canonical.text == vector.expected("canonical_request"))
        #expect(RequestSigner.stringToSign(canonical, date: date) == vector.expected("string_to_sign"))
        #expect(vector.signer.authorization(canonical, date: date) == vector.expected("authorization"))
    }

    @Test(
        "The sent request is the signed one",
        arguments: SigningVector.all.filter { $0.ownHeaders.isEmpty && $0.input("method") == "GET" })
    func sent(_ vector: SigningVector) throws {
        var request = HTTPRequest(url: vector.url, timeout: .seconds(1), maxBodyBytes: 1)
        let date = try #require(vector.input("x_sdk_date"))
        vector.signer.sign(&request, date: date)
        let origin = "\(vector.input("scheme") ?? "")://\(vector.input("host") ?? "")"
        #expect(request.url == origin + (vector.expected("sdk_request_target") ?? ""))
        #expect(request.headers.first { $0.name == "Authorization" }?.value == vector.expected("authorization"))
        // Signing again, as for a retry, doesn't duplicate headers.
        let first = request
        vector.signer.sign(&request, date: date)
        #expect(request.url == first.url)
        #expect(request.headers == first.headers)
    }

    @Test(
        "The host is signed as it is sent",
        arguments: [
            ("https://a.example:443/x", "a.example"), ("http://a.example:80", "a.example"),
            ("https://a.example:80/", "a.example:80"), ("http://u:p@a.example:8080/?b", "a.example:8080"),
            ("http://[::1]:8080/x", "[::1]:8080"), ("https://[::1]:443", "[::1]"),
        ])
    func host(url: String, host: String) {
        #expect(URLParts(url).host == host)
    }
}
