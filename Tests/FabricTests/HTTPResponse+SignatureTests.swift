// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Testing

@testable import Fabric

@Suite("What a service echoes")
struct HTTPResponseSignatureTests {
    @Test("The signature of a request is overwritten in body and headers of the response, cut short or not")
    func signature() async throws {
        var request = HTTPRequest(url: "https://h/v1/x", timeout: .seconds(1), maxBodyBytes: 1)
        RequestSigner(key: AccessKey(id: "AK", secret: Secret("SK")), projectID: nil)
            .sign(&request, date: "20260301T081530Z")
        let header = try #require(request.headers.last { $0.name == "Authorization" }?.value)
        let signature = try #require(header.split(separator: "=").last.map(String.init))
        let asterisks = String(repeating: "*", count: 64)
        for (told, left) in [
            (header, header.replacing(signature, with: asterisks)),
            (signature + signature + "x", asterisks + asterisks + "x"),
            (signature.prefix(20) + "!", asterisks.prefix(20) + "!"),
            (signature.prefix(15) + "!", signature.prefix(15) + "!"),
            ("nothing of it", "nothing of it"), ("", ""),
        ] {
            var response = HTTPResponse(
                status: 200, headers: [HTTPHeader("X-Request-Id", told)], body: Array(told.utf8), receivedBytes: 0)
            response.redactSignature(of: request)
            #expect(String(decoding: response.body, as: UTF8.self) == left)
            #expect(response.header("X-Request-Id") == left)
        }
        request.headers = []
        var response = HTTPResponse(status: 401, headers: [], body: Array(header.utf8), receivedBytes: 0)
        response.redactSignature(of: request)
        #expect(String(decoding: response.body, as: UTF8.self) == header)
    }
}
