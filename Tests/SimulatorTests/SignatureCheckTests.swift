// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPServer
import Testing

@testable import Simulator

/// A vector of the reference implementation, parsed by the simulator's JSON reader.
private struct Vector: CustomTestStringConvertible, Sendable {
    let name: String
    let request: ListenerRequest
    let secret: String
    let canonicalRequest: String
    let signedHeaders: [String]
    let date: String
    var testDescription: String { name }

    static let all: [Vector] = {
        guard let bytes = read("FabricTests/signing-vectors.json"),
            case .array(let entries)? = JSONReader.read(bytes)?["vectors"]
        else { return [] }
        return entries.compactMap(Vector.init)
    }()

    /// Reads a file of the Tests directory.
    private static func read(_ path: String) -> [UInt8]? {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        guard let file = fopen(folder.joined(separator: "/") + "/" + path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    init?(_ entry: JSONValue) {
        guard let input = entry["input"], let expected = entry["expected"],
            case .object(let sent)? = expected["sdk_headers_sent"],
            let name = entry["name"]?.string, let method = input["method"]?.string,
            let target = expected["sdk_request_target"]?.string, let secret = input["sk"]?.string,
            let canonical = expected["canonical_request"]?.string,
            let names = expected["signed_headers"]?.string, let date = input["x_sdk_date"]?.string
        else { return nil }
        let headers = sent.compactMap { name, value in value.string.map { (name: name, value: $0) } }
        request = ListenerRequest(
            method: method, target: target, headers: headers, body: Array((input["body"]?.string ?? "").utf8))
        self.name = name
        self.secret = secret
        canonicalRequest = canonical
        signedHeaders = names.split(separator: ";").map(String.init)
        self.date = date
    }
}

@Suite("SignatureCheck")
struct SignatureCheckTests {
    @Test("There are 23 vectors of the reference implementation")
    func count() { #expect(Vector.all.count == 23) }

    @Test("Signatures of the reference implementation are accepted", arguments: Vector.all)
    fileprivate func accepts(_ vector: Vector) throws {
        let check = try #require(SignatureCheck(vector.request))
        #expect(check.canonicalRequest == vector.canonicalRequest)
        #expect(check.isSigned(with: vector.secret))
        #expect(check.moment.map { compactDate($0 / 1_000_000) } == vector.date)
    }

    @Test("A signature is rejected after any change of the request or secret", arguments: Vector.all)
    fileprivate func rejects(_ vector: Vector) throws {
        let check = try #require(SignatureCheck(vector.request))
        #expect(!check.isSigned(with: vector.secret + "x"))
        var others: [(what: String, request: ListenerRequest)] = [
            ("method", vector.request), ("query", vector.request),
        ]
        others[0].request.method = "PUT"
        others[1].request.rawTarget += vector.request.rawTarget.contains("?") ? "&a=b" : "?a=b"
        for name in vector.signedHeaders {
            var other = vector.request
            for index in other.headers.indices where other.headers[index].name.lowercased() == name {
                other.headers[index].value += "0"
            }
            others.append((name, other))
        }
        for other in others {
            #expect(SignatureCheck(other.request)?.isSigned(with: vector.secret) != true, "\(other.what)")
        }
    }

    @Test("An unsigned project header is rejected")
    func unsignedHeader() throws {
        var request = try signedRequest("/v1/workspaces", key: ("AK", "SK"), at: 1_800_000_000)
        #expect(SignatureCheck(request)?.isSigned(with: "SK") == true)
        request.headers.append(("X-Project-Id", "p"))
        #expect(SignatureCheck(request) == nil)
    }

    @Test(
        "A malformed Authorization header is rejected",
        arguments: [
            "SDK-HMAC-SHA256", "Basic YTpi", "SDK-HMAC-SHA256 Access=a, SignedHeaders=host",
            "SDK-HMAC-SHA256 Access=a, SignedHeaders", "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=b",
        ])
    func noSignature(_ header: String) {
        let request = ListenerRequest(method: "GET", target: "/", headers: [("Authorization", header)])
        #expect(SignatureCheck(request) == nil)
    }

    @Test("JSON bodies are parsed and invalid JSON is rejected")
    func json() {
        let read = JSONReader.read(Array(#" {"a":[1,-2,"\u00e9\n\"",true,null],"b":{}} "#.utf8))
        #expect(read?.text == #"{"a":[1,-2,"é\n\"",true,null],"b":{}}"#)
        let bad = [
            "", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "\"\\ud800\"", "\"\\x\"", "tru", "1.5", "[] []", "\"\u{1}\"",
        ]
        for text in bad + [String(repeating: "[", count: 100) + String(repeating: "]", count: 100)] {
            #expect(JSONReader.read(Array(text.utf8)) == nil, "\(text)")
        }
    }
}
