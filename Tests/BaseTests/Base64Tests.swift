// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test(
        "The examples of RFC 4648, and Chinese",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
            ("湖", "5rmW"),
        ])
    func encode(text: String, encoded: String) { #expect(Base64.encode(text) == encoded) }
}
