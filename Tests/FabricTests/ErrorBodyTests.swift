// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Error bodies")
struct ErrorBodyTests {
    private static func expect(
        _ body: String, code: String? = nil, message: String? = nil, requestID: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) {
        var expected = ErrorBody([])
        (expected.code, expected.message, expected.requestID) = (code, message, requestID)
        #expect(ErrorBody(Array(body.utf8)) == expected, sourceLocation: location)
    }

    @Test("The samples of the API documentation are read")
    func samples() {
        Self.expect(
            """
            {
            "error_code" : "common.01000001",
            "error_msg" : "failed to read http request, please check your input, code: 400, reason: Type mismatch."
            }
            """,
            code: "common.01000001",
            message: "failed to read http request, please check your input, code: 400, reason: Type mismatch.")
        Self.expect(
            """
            {
            "error" : {
            "code" : "403",
            "message" : "X-Auth-Token is invalid in the request",
            "title" : "Forbidden"
            },
            "error_code" : 403,
            "error_msg" : "X-Auth-Token is invalid in the request",
            "title" : "Forbidden"
            }
            """, code: "403", message: "X-Auth-Token is invalid in the request")
    }

    @Test("The other documented shapes are read")
    func shapes() {
        Self.expect(
            #"{"error_msg":"over limit","error_code":"APIG.0308","request_id":"abc"}"#,
            code: "APIG.0308", message: "over limit", requestID: "abc")
        Self.expect(
            #"{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}"#,
            code: "401", message: "The request you have made requires authentication.")
        Self.expect(
            #"{"error_code":"IAM.0012","error_msg":"Threshold: 5 times per 1 seconds"}"#,
            code: "IAM.0012", message: "Threshold: 5 times per 1 seconds")
        Self.expect(
            #"{"error_code":"403","error":{"error_code":null,"error_msg":null,"message":"inner"}}"#,
            code: "403", message: "inner")
        Self.expect(
            #"{"errorCode":"E.1","errorMsg":"m","requestId":"r"}"#, code: "E.1", message: "m", requestID: "r")
        Self.expect(
            #"{"error_code":"x","error_msg":"m","solution_msg":"ask","encoded_authorization_message":"zzz"}"#,
            code: "x", message: "m")
        Self.expect(#"{"code":"C","message":"m"}"#, code: "C", message: "m")
        Self.expect(#"{"errorMessage":"m"}"#, message: "m")
        Self.expect(#"{"code":-9223372036854775809}"#, code: "-9223372036854775808")
    }

    @Test("The next name is used if a field is null, empty or of a wrong type")
    func fallbacks() {
        Self.expect(
            #"{"error_code":null,"code":"C","error_msg":null,"message":"m","request_id":null,"requestId":"r"}"#,
            code: "C", message: "m", requestID: "r")
        Self.expect(
            #"{"error_code":"","error_msg":"","request_id":"","error":{"code":403,"message":"m","request_id":"r"}}"#,
            code: "403", message: "m", requestID: "r")
        Self.expect(
            #"{"error_code":[],"code":1.5,"error_msg":{},"message":7,"error":{"code":"C","message":"m"}}"#,
            code: "C", message: "m")
        Self.expect(#"{"error":"gone","message":"m"}"#, message: "m")
    }

    @Test("Invalid characters are replaced as in a page")
    func invalidCharacters() {
        Self.expect(
            #"{"error_code":"\ud800","error_msg":"中\u0000文"}"#, code: "\u{FFFD}", message: "中\u{FFFD}文")
    }

    @Test(
        "The text of an unknown object, or of a body that isn't an object, is the message",
        arguments: [
            (#"{"detail":"no such host"}"#, #"{"detail":"no such host"}"#), ("[1, 2]", "[1, 2]"),
            (#""denied""#, #""denied""#), ("null", "null"), ("upstream  connect\r\n error", "upstream connect error"),
            (
                "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>nginx</center></body></html>",
                "502 Bad Gateway nginx"
            ),
            ("<!DOCTYPE html><p class=\"x\">a<br>b</p>", "a b"), ("<html", nil), ("<p></p>", nil), (" \n\t ", nil),
            ("", nil), ("a < b > c", "a c"), ("\u{0}\u{1}x", "x"), (#"{"error_code":"C""#, #"{"error_code":"C""#),
        ] as [(String, String?)]
    )
    func text(_ body: String, _ message: String?) { Self.expect(body, message: message) }

    @Test("Bytes that are not UTF-8 are replaced")
    func notUTF8() {
        var expected = ErrorBody([])
        expected.message = "a\u{FFFD}b"
        #expect(ErrorBody([0x61, 0xFF, 0x62]) == expected)
    }

    @Test("A huge body is ignored")
    func huge() {
        Self.expect(#"{"error_code":"C","x":""# + String(repeating: "x", count: 64 << 10) + #""}"#)
        let long = String(repeating: "x", count: 63 << 10)
        Self.expect("{\"error_code\":\"C\",\"error_msg\":\"\(long)\"}", code: "C", message: long)
    }
}
