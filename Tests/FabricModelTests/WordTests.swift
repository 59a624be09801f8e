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

    @Test("Words are equal if their bytes are, and then have one fingerprint")
    func equality() {
        for (index, left) in Self.texts.enumerated() {
            for (other, right) in Self.texts.enumerated() {
                #expect(
                    (Word(left) == Word(right)) == (index == other),
                    "\(left.debugDescription) \(right.debugDescription)")
            }
            #expect(Word(left).fingerprint(7) == Word(left).fingerprint(7))
            #expect(Set([Word(left), Word(left)]).count == 1)
        }
        // One accented letter, spelled in two ways: two series, since Prometheus compares bytes.
        #expect(Word("\u{E9}") != Word("e\u{301}"))
    }

    @Test("Fingerprints of different words and of different seeds differ")
    func fingerprints() {
        let words = (0..<500).map { Word("status-\($0)") } + Self.texts.map { Word($0) }
        #expect(Set(words.map { $0.fingerprint(0) }).count == words.count)
        #expect(Set((0..<500).map { Word("RUNNING").fingerprint($0) }).count == 500)
    }

    @Test("Words are ordered by their bytes")
    func order() {
        let sorted = ["", "A", "AB", "B", "a", String(repeating: "a", count: 40), "b", "é", "训"]
        #expect(sorted.reversed().map { Word($0) }.sorted().map(\.text) == sorted)
    }
}
