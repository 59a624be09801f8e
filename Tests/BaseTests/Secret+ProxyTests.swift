// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Base

@Suite("Proxy secrets")
struct SecretProxyTests {
    @Test(
        "User and password of a proxy URL are secrets in every encoding, even if the URL is malformed",
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
        for value in expected { #expect(secrets.contains(Secret(unregistered: value)), "\(value)") }
        #expect(!secrets.contains(Secret(unregistered: "host")))
    }

    @Test("A URL without user has no secrets", arguments: ["http://host:3128", "", "host", "http://", "@", "//@"])
    func none(address: String) {
        #expect(Secret.ofProxy(address).isEmpty)
    }

    @Test("Proxy variables in upper and lower case are read")
    func environment() {
        let secrets = Secret.ofProxies(in: [
            "HTTPS_PROXY": "http://a:first-one@h", "all_proxy": "http://a:second-one@h", "PATH": "http://a:third-one@h",
        ])
        #expect(
            secrets.contains(Secret(unregistered: "first-one")) && secrets.contains(Secret(unregistered: "second-one")))
        #expect(!secrets.contains(Secret(unregistered: "third-one")))
    }
}
