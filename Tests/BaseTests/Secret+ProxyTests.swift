// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Base

@Suite("Secrets of proxies")
struct SecretProxyTests {
    @Test(
        "User and password of a proxy are secrets in every spelling, however malformed the address is",
        arguments: [
            ("http://user:password1@host:3128", ["user:password1", "password1", "dXNlcjpwYXNzd29yZDE="]),
            ("user:password1@host:3128", ["user:password1", "password1"]),
            ("http://user:pa#ssword@host:3128", ["user:pa#ssword", "pa#ssword", "ssword", "dXNlcjpwYSNzc3dvcmQ="]),
            ("http://user:pass@word/1@host", ["user:pass@word/1", "pass@word/1"]),
            ("http://user:p%40ssw%3Ard@host", ["p%40ssw%3Ard", "p@ssw:rd", "user:p@ssw:rd", "dXNlcjpwQHNzdzpyZA=="]),
            ("socks5h://just-a-token@host", ["just-a-token"]),
        ])
    func userInfo(address: String, expected: [String]) {
        let secrets = Secret.ofProxy(address)
        for value in expected { #expect(secrets.contains(Secret(guessed: value)), "\(value)") }
        #expect(!secrets.contains(Secret(guessed: "host")))
    }

    @Test("An address without user has no secret", arguments: ["http://host:3128", "", "host", "http://", "@", "//@"])
    func none(address: String) {
        #expect(Secret.ofProxy(address).isEmpty)
    }

    @Test("The variables that name proxies are read in both cases")
    func environment() {
        let secrets = Secret.ofProxies(in: [
            "HTTPS_PROXY": "http://a:first-one@h", "all_proxy": "http://a:second-one@h", "PATH": "http://a:third-one@h",
        ])
        #expect(secrets.contains(Secret(guessed: "first-one")) && secrets.contains(Secret(guessed: "second-one")))
        #expect(!secrets.contains(Secret(guessed: "third-one")))
    }
}
