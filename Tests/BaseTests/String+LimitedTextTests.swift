// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("Texts with a byte limit")
struct StringLimitedTextTests {
    @Test("A text within the limit is returned unchanged", arguments: ["", "a", "four", "é\u{301}"])
    func short(text: String) {
        #expect(text.prefix(bytes: 5) == text)
    }

    @Test("A text is never truncated inside a scalar", arguments: 0...10)
    func scalars(limit: Int) {
        // Scalars of 1, 2, 3 and 4 bytes.
        let text = "aé中😀"
        let expected = [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10][limit]
        #expect(text.prefix(bytes: limit).utf8.count == expected)
        #expect(text.hasPrefix(text.prefix(bytes: limit)))
    }

    @Test("A character with many combining marks is truncated")
    func combiningMarks() {
        let text = "e" + String(repeating: "\u{301}", count: 300_000)
        #expect(text.count == 1)
        #expect(text.prefix(bytes: 1000).utf8.count == 999)
    }
}
