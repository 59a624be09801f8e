// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Testing

@testable import Fabric

@Suite("Redaction of echoed signatures")
struct HTTPResponseSignatureTests {
    @Test("A request's signature, also a truncated one, is overwritten in the response's body and headers")
    func signature() async throws {
        var request = HTTPRequest(url: "https://h/v1/x", timeout: .seconds(1), maxBodyBytes: 1)
        RequestSigner(key: AccessKey(id: "AK", secret: Secret("SK")), projectID: nil)
            .sign(&request, date: "20260301T081530Z")
        let header = try #require(request.headers.last { $0.name == "Authorization" }?.value)
        let signature = try #require(header.split(separator: "=").last.map(String.init))
        let asterisks = String(repeating: "*", count: 64)
        for (echo, redacted) in [
            (header, header.replacing(signature, with: asterisks)),
            (signature + signature + "x", asterisks + asterisks + "x"),
            (signature.prefix(20) + "!", asterisks.prefix(20) + "!"),
            (signature.prefix(15) + "!", signature.prefix(15) + "!"),
            ("no echo", "no echo"), ("", ""),
        ] {
            var response = HTTPResponse(
                status: 200, headers: [HTTPHeader("X-Request-Id", echo)], body: Array(echo.utf8), receivedBytes: 0)
            response.redactSignature(of: request)
            #expect(String(decoding: response.body, as: UTF8.self) == redacted)
            #expect(response.header("X-Request-Id") == redacted)
        }
        request.headers = []
        var response = HTTPResponse(status: 401, headers: [], body: Array(header.utf8), receivedBytes: 0)
        response.redactSignature(of: request)
        #expect(String(decoding: response.body, as: UTF8.self) == header)
    }
}
