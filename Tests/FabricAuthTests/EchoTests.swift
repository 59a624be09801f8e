// SPDX-License-Identifier: Apache-2.0
import Secrets
import Testing
import Transport

@testable import FabricAuth

@Suite("What a service echoes")
struct EchoTests {
    private static let password = #"pass"word\with/every{thing} 中文😀"# + "\n" + "to the end"

    @Test(
        "A secret is struck out as it is and in every spelling of JSON",
        arguments: [
            password,
            #"pass\"word\\with/every{thing} 中文😀\nto the end"#,
            #"pass\"word\\with\/every{thing} \u4e2d\u6587\ud83d\ude00\nto the end"#,
            #"pass\"word\\with\/every{thing} \u4E2D文\uD83D\uDE00\u000ato the end"#,
        ])
    func spellings(_ echo: String) {
        #expect(Secret(Self.password).redacting("said: {\(echo)} end") == "said: {<REDACTED>} end")
        #expect(Secret(Self.password).redacting(echo + echo) == "<REDACTED><REDACTED>")
    }

    @Test("A secret that begins with what JSON escapes is struck out too")
    func escapedFirst() {
        #expect(Secret(#""quoted""#).redacting(#"a\"quoted\"b"#) == "a<REDACTED>b")
        #expect(Secret(#"\\two"#).redacting(#"a\\two\\\\two"#) == "a<REDACTED><REDACTED>")
    }

    @Test("What is no escape, or another secret, stays")
    func others() {
        for text in [#"pass\"w"#, #"\"#, #"pass\u12"#, #"pass\ud83dword"#, "pass", "", #"pass\qword"#] {
            #expect(Secret(Self.password).redacting(text) == text)
        }
        #expect(Secret("abc").redacting("abc") == "abc")
    }

    @Test("The signature of a request is struck out of the answer, cut short or not")
    func signature() async throws {
        var request = HTTPRequest(url: "https://h/v1/x", timeout: .seconds(1), maxBodyBytes: 1)
        RequestSigner(key: AccessKey(id: "AK", secret: Secret("SK")), projectID: nil)
            .sign(&request, date: "20260301T081530Z")
        let header = try #require(request.headers.last { $0.name == "Authorization" }?.value)
        let signature = try #require(header.split(separator: "=").last.map(String.init))
        for (told, left) in [
            (header, header.replacing(signature, with: "<REDACTED>")), (String(signature.prefix(20)), "<REDACTED>"),
            ("nothing of it", "nothing of it"), ("", ""),
        ] {
            var response = HTTPResponse(status: 401, headers: [], body: Array(told.utf8), receivedBytes: 0)
            response.strikeSignature(of: request)
            #expect(String(decoding: response.body, as: UTF8.self) == left)
        }
        request.headers = []
        var response = HTTPResponse(status: 401, headers: [], body: Array(header.utf8), receivedBytes: 0)
        response.strikeSignature(of: request)
        #expect(String(decoding: response.body, as: UTF8.self) == header)
    }
}
