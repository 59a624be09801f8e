// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("Equality of secrets")
struct SecretEqualityTests {
    @Test("Equal means every byte and the same length")
    func comparing() {
        #expect(Secret("") == Secret(""))
        #expect(Secret("abc") == Secret("abc"))
        #expect(Secret("abc") != Secret("abd"))
        #expect(Secret("abc") != Secret("xbc"))
        #expect(Secret("abc") != Secret("ab"))
        #expect(Secret("") != Secret("a"))
        // One character in two spellings.
        #expect(Secret("\u{E9}") != Secret("e\u{301}"))
    }
}
