// SPDX-License-Identifier: Apache-2.0
import FabricModel
import Testing

@Suite("Words that rows share")
struct WordTests {
    static let texts = [
        "", "R", "RUNNING", "训练", String(repeating: "x", count: 31), String(repeating: "x", count: 32),
        String(repeating: "x", count: 33), String(repeating: "y", count: 1_000), "a\0", "\0",
    ]

    @Test("A word gives back its text, whatever its length", arguments: texts)
    func text(_ text: String) {
        #expect(Word(text).text == text)
        #expect(Word(text).description == text)
    }

    @Test("Words are equal if their bytes are, and then have one hash")
    func equality() {
        for (index, left) in Self.texts.enumerated() {
            for (other, right) in Self.texts.enumerated() {
                #expect(
                    (Word(left) == Word(right)) == (index == other),
                    "\(left.debugDescription) \(right.debugDescription)")
            }
            #expect(Set([Word(left), Word(left)]).count == 1)
        }
        // One accented letter, spelled in two ways: two series, since Prometheus compares bytes.
        #expect(Word("\u{E9}") != Word("e\u{301}"))
    }

    @Test("Up to 32 bytes are spelled in place, whatever their number, and a longer word is not")
    func spelling() {
        let text = "0123456789abcdefghijklmnopqrstuvwxyz"
        var hashes: Set<UInt64> = []
        for count in 0...36 {
            let bytes = Array(text.utf8.prefix(count))
            let spelling = bytes.withUnsafeBufferPointer { Spelling($0) }
            #expect((spelling != nil) == (count <= 32))
            #expect(Word(String(text.prefix(count))).spelling == spelling)
            #expect(Word(String(text.prefix(count))).text == text.prefix(count))
            if let spelling {
                #expect(Word(spelling).text == text.prefix(count))
                hashes.insert(spelling.hash(.ofProcess))
            }
        }
        #expect(hashes.count == 33)
    }

    @Test("Words are ordered by their bytes")
    func order() {
        let sorted = ["", "A", "AB", "B", "a", String(repeating: "a", count: 40), "b", "é", "训"]
        #expect(sorted.reversed().map { Word($0) }.sorted().map(\.text) == sorted)
    }
}
