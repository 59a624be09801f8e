// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

@Suite("WebAddress")
struct WebAddressTests {
    @Test(
        "URLs are parsed",
        arguments: [
            ("https://A.example:443/x/", "https://A.example:443/x", "a.example", true),
            ("HTTP://[::1]", "HTTP://[::1]", "::1", false), ("http://a_b-c.1", "http://a_b-c.1", "a_b-c.1", false),
            ("http://u:p@ss@h:1", "http://u:p@ss@h:1", "h", false),
        ]
    )
    func urls(_ text: String, _ kept: String, _ host: String, _ isHTTPS: Bool) throws {
        let address = try WebAddress(text, allowsUserInfo: true)
        #expect(address.text == kept && address.host == host && address.isHTTPS == isHTTPS)
    }

    @Test(
        "An invalid URL has a reason",
        arguments: [
            ("", .scheme), ("example.com", .scheme), ("https:/x", .scheme), ("socks5://h", .scheme),
            ("https://", .host),
            ("https://.", .host), ("https://[::1", .host), ("https://[x]", .host), ("https://a%20b", .host),
            ("https://h:", .port), ("https://h:x", .port), ("https://h:0", .port), ("https://[::1]1", .port),
            ("https://u@h", .userInfo), ("https://h?x", .queryOrFragment), ("https://h/#x", .queryOrFragment),
            ("https://h\\x", .character), ("https://h/\n", .character), ("https://h/é", .character),
        ] as [(String, WebAddress.Failure)]
    )
    func noURLs(_ text: String, _ failure: WebAddress.Failure) {
        #expect(throws: failure) { try WebAddress(text, allowsUserInfo: false) }
    }
}
