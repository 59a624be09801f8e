// SPDX-License-Identifier: Apache-2.0
import Base
import Dispatch
import HTTPServer
import Synchronization
import Testing

@testable import WebServer

@Suite("Basic authentication")
struct BasicAuthenticationTests {
    /// The passwords are `secret` and `geheim:ß`, at the minimum cost.
    static let users = [
        "alice": Secret("$2y$04$MvcD5.NOCOcaY5sqSlqnj.Q0yhK9xxSvOaWi0CFSyxeJM/loIo3Um"),
        "bob": Secret("$2b$04$qAErsXNvyHqJ1QbC2jEkdu2x.NQ6zuvSxUKWLgUCuuTF4gHA/pV4K"),
    ]

    static func header(_ pair: String, scheme: String = "Basic") -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        let bytes = Array(pair.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)]) }
            text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - group.count)
        }
        return "\(scheme) \(String(decoding: text, as: UTF8.self))"
    }

    @Test("A valid credential is allowed repeatedly", arguments: ["alice:secret", "bob:geheim:ß"])
    func right(pair: String) async {
        let authentication = BasicAuthentication(users: Self.users)
        for _ in 0..<3 { #expect(await authentication.check(Self.header(pair)) == .allowed) }
        #expect(await authentication.check(Self.header(pair, scheme: "bASIC")) == .allowed)
    }

    @Test(
        "An invalid credential is rejected",
        arguments: [
            "alice:secre", "alice:secret2", "Alice:secret", "alice:", "alice", ":secret", ":", "", "carol:secret",
            "bob:secret", "alice:secret\0", "alice:" + String(repeating: "x", count: 5_000),
        ])
    func wrong(pair: String) async {
        let authentication = BasicAuthentication(users: Self.users)
        #expect(await authentication.check(Self.header("alice:secret")) == .allowed)
        for _ in 0..<2 { #expect(await authentication.check(Self.header(pair)) == .rejected) }
    }

    @Test(
        "A malformed header is rejected",
        arguments: [nil, "", "Basic", "Basic ", "Basic !!!", "Bearer YWxpY2U6c2VjcmV0", "Basic YWxpY2U6c2VjcmV0=x"])
    func malformed(header: String?) async {
        #expect(await BasicAuthentication(users: Self.users).check(header) == .rejected)
    }

    @Test("All paths except probes require a password; configured headers replace others")
    func server() async {
        let web = Web(
            access: AccessRules(
                headers: [(name: "X-Frame-Options", value: "DENY"), (name: "x-content-type-options", value: "other")],
                authentication: BasicAuthentication(users: Self.users)))
        for path in ["/metrics", "/", "/sd", "/api/v1/status", "/nothing"] {
            let response = await web.get(path)
            #expect(response.status == 401)
            #expect(response.headerLines.contains(#"WWW-Authenticate: Basic realm="metrics", charset="UTF-8""#))
            #expect(response.headerLines.suffix(2) == ["X-Frame-Options: DENY", "x-content-type-options: other"])
            #expect(!response.headerLines.contains("X-Content-Type-Options: nosniff"))
        }
        #expect(await web.get("/-/healthy").status == 200)
        #expect(await web.get("/-/ready").status == 200)
        #expect(await web.get("/-/reload", method: "POST").status == 401)
        #expect(await web.get("/metrics", [("Authorization", Self.header("alice:secret"))]).status == 200)
    }

    @Test(
        "The health check listener serves only probes",
        arguments: [("/-/healthy", 200), ("/metrics", 404), ("/", 404)])
    func probes(path: String, status: Int) async {
        let web = Web(access: AccessRules(authentication: BasicAuthentication(users: Self.users)))
        #expect(await web.server.handleProbe(ListenerRequest(method: "GET", target: path)).status == status)
    }

    @Test(
        "A rejected password is not registered as a secret", arguments: [true, false])
    func guess(isKnownUser: Bool) async {
        let authentication = BasicAuthentication(users: Self.users)
        let guess = "guess-of-BasicAuthenticationTests"
        #expect(await authentication.check(Self.header("\(isKnownUser ? "alice" : "carol"):\(guess)")) == .rejected)
        #expect(KnownSecrets.shared.redacting(guess) == guess)
    }

    @Test(
        "Base64 is decoded with and without padding",
        arguments: [("", ""), ("Zg==", "f"), ("Zm8", "fo"), ("Zm9vYg==", "foob")])
    func base64(text: String, bytes: String) {
        #expect(BasicAuthentication.base64(text) == Array(bytes.utf8))
    }
}
