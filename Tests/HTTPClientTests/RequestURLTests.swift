// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import HTTPClient

/// The parsed parts of a URL.
@Suite struct RequestURLTests {
    @Test("All parts are parsed")
    func parts() throws {
        let url = try RequestURL("HTTPS://user:pa@ss@[::1]:8443/v1?x=@y#z")
        #expect(url.isTLS)
        #expect(url.userInfo == "user:pa@ss")
        #expect(url.host == "[::1]")
        #expect(url.port == 8443)
        #expect(url.rest == "/v1?x=@y#z")
        #expect(url.authority == "[::1]:8443")
        #expect(url.text(withHost: "fabric.test") == "https://user:pa@ss@fabric.test:8443/v1?x=@y#z")
    }

    @Test(
        "A URL without port has the scheme's default port",
        arguments: [("http://host", 80), ("https://host?x", 443), ("https://[::1]/", 443), ("http://host:81", 81)])
    func effectivePort(_ text: String, _ port: Int) throws {
        #expect(try RequestURL(text).effectivePort == port)
    }

    @Test(
        "The user info of a malformed URL is found",
        arguments: [
            ("http://user:secret@host/", "user:secret"), ("agent:secret@proxy:3128", "agent:secret"),
            ("http://host/", nil), ("http://user:se/cret@host", "user:se/cret"),
        ])
    func userInfo(_ text: String, _ expected: String?) {
        #expect(RequestURL.userInfo(in: text) == expected)
    }
}
