// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("Secret equality")
struct SecretEqualityTests {
    @Test("Secrets are equal if all bytes are")
    func comparing() {
        #expect(Secret("") == Secret(""))
        #expect(Secret("abc") == Secret("abc"))
        #expect(Secret("abc") != Secret("abd"))
        #expect(Secret("abc") != Secret("xbc"))
        #expect(Secret("abc") != Secret("ab"))
        #expect(Secret("") != Secret("a"))
        // One character in two encodings.
        #expect(Secret("\u{E9}") != Secret("e\u{301}"))
    }
}
