// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Base

@Suite("Known secrets")
struct KnownSecretsTests {
    private static let password = #"pass"word\with/every{thing} 中文😀"# + "\n" + "to the end"

    /// Returns a registry of `secrets`, and the secrets, which must be kept alive.
    private static func known(_ secrets: String...) -> (registry: KnownSecrets, secrets: [Secret]) {
        let registry = KnownSecrets()
        return (registry, secrets.map { Secret($0, knownTo: registry) })
    }

    private static func redacted(_ text: String, _ secret: String) -> String {
        let (registry, secrets) = known(secret)
        return withExtendedLifetime(secrets) { registry.redacting(text) }
    }

    @Test(
        "A secret is redacted verbatim and as escaped in JSON, URLs and HTML",
        arguments: [
            password,
            #"pass\"word\\with/every{thing} 中文😀\nto the end"#,
            #"pass\"word\\with\/every{thing} \u4e2d\u6587\ud83d\ude00\nto the end"#,
            #"pass\"word\\with\/every{thing} \u4E2D文\uD83D\uDE00\u000ato the end"#,
            #"\u0070\u0061\u0073\u0073\"word\\with/every{thing} 中文😀\nto the end"#,
            #"pass\\\"word\\\\with/every{thing} 中文😀\\nto the end"#,
            "pass%22word%5Cwith/every%7Bthing%7D%20%E4%B8%AD%E6%96%87%F0%9F%98%80%0ato%20the%20end",
            "pass&quot;word\\with&#47;every{thing} &#x4e2d;&#25991;😀&#10;to the end",
            "pass%2522word%255Cwith/every%257Bthing%257D%2520%25E4%25B8%25AD%25E6%2596%2587%25F0%259F%2598%2580%250Ato"
                + "%2520the%2520end",
        ])
    func escapes(_ echo: String) {
        #expect(Self.redacted("said: {\(echo)} end", Self.password) == "said: {<REDACTED>} end")
        #expect(Self.redacted(echo + "," + echo, Self.password) == "<REDACTED>,<REDACTED>")
    }

    @Test("A secret that begins with a character that JSON escapes is redacted")
    func escapedFirst() {
        #expect(Self.redacted(#"a\"quoted\"b"#, #""quoted""#) == "a<REDACTED>b")
        #expect(Self.redacted(#"a\\seven7\\\\seven7"#, #"\\seven7"#) == "a<REDACTED><REDACTED>")
    }

    @Test("A prefix of at least 16 bytes of a secret is redacted")
    func prefixes() {
        let secret = "MIIDkgYJKoZIhvcNAQcCoIIDgzCC"
        for length in 8...28 {
            let expected = length < 16 ? "token \(secret.prefix(length))?" : "token <REDACTED>?"
            #expect(Self.redacted("token \(secret.prefix(length))?", secret) == expected)
        }
        // The longest of two secrets with the same prefix.
        let (registry, secrets) = Self.known(secret, secret + "-longer")
        withExtendedLifetime(secrets) { #expect(registry.redacting("a\(secret)-longer b") == "a<REDACTED> b") }
    }

    @Test("Secrets of at least 8 bytes are redacted, shorter ones are not")
    func shortest() {
        #expect(Self.redacted("a12345678b", "12345678") == "a<REDACTED>b")
        #expect(Self.redacted("12345678", "12345678") == "<REDACTED>")
        #expect(Self.redacted("a1234567b", "1234567") == "a1234567b")
        #expect(Self.redacted("anything", "") == "anything")
    }

    @Test("A secret followed by a combining mark is redacted")
    func combiningMark() {
        #expect(Self.redacted("12345678\u{301}", "12345678") == "<REDACTED>\u{301}")
    }

    @Test("Other texts are not changed")
    func others() {
        let texts = [
            #"pass\"w"#, #"\"#, #"pass\u12"#, #"pass\ud83dword"#, "pass", "", #"pass\qword"#, "100%", "a%zz&&;b&#;",
            "&#x110000;&#99999999999;%+1%-1", String(repeating: "pass", count: 1_000),
        ]
        for text in texts { #expect(Self.redacted(text, Self.password) == text) }
        let long = Array(String(repeating: "endpoint-", count: 1_000).utf8)
        let (registry, secrets) = Self.known(Self.password)
        withExtendedLifetime(secrets) { #expect(long.withUnsafeBufferPointer { registry.redacted($0) } == nil) }
    }

    @Test("Bytes that are not UTF-8 are kept")
    func invalidBytes() throws {
        let (registry, secrets) = Self.known("12345678")
        let bytes: [UInt8] = [0xFF] + Array("12345678".utf8) + [0xC3]
        let result = withExtendedLifetime(secrets) { bytes.withUnsafeBufferPointer { registry.redacted($0) } }
        #expect(try #require(result) == [0xFF] + Array("<REDACTED>".utf8) + [0xC3])
    }

    @Test("Each of many secrets is redacted")
    func many() {
        let registry = KnownSecrets()
        let values = (0..<200).map { "secret-number-\($0)/" }
        let secrets = values.map { Secret($0, knownTo: registry) }
        withExtendedLifetime(secrets) {
            #expect(values.allSatisfy { registry.redacting("\($0)") == "<REDACTED>" })
            #expect(registry.redacting("another-secret") == "another-secret")
        }
    }

    @Test("Released secrets are redacted until there are too many of them")
    func retired() {
        let registry = KnownSecrets()
        do { _ = Secret("first-secret", knownTo: registry) }
        do {
            let both = [Secret("kept-secret!", knownTo: registry), Secret("kept-secret!", knownTo: registry)]
            _ = both
        }
        let kept = Secret("kept-secret!", knownTo: registry)
        #expect(registry.redacting("first-secret kept-secret!") == "<REDACTED> <REDACTED>")
        for number in 0..<KnownSecrets.retiredLimit.values { _ = Secret("other-secret-\(number)/", knownTo: registry) }
        withExtendedLifetime(kept) {
            #expect(registry.redacting("first-secret kept-secret!") == "first-secret <REDACTED>")
        }
        let large = String(repeating: "x", count: KnownSecrets.retiredLimit.bytes)
        do { _ = Secret("y" + large, knownTo: registry) }
        #expect(registry.redacting("other-secret-9/") == "other-secret-9/")
    }

    @Test("An unregistered secret is not redacted")
    func unregistered() {
        let password = Secret(unregistered: "a-word-of-every-page")
        withExtendedLifetime(password) {
            #expect(KnownSecrets.shared.redacting("a-word-of-every-page") == "a-word-of-every-page")
        }
        let own = Secret("a-secret-of-this-process")
        withExtendedLifetime(own) { #expect(KnownSecrets.shared.redacting("a-secret-of-this-process") == "<REDACTED>") }
    }
}
