// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("TerminalText")
struct TerminalTextTests {
    @Test("Lines contain no secrets and no control characters")
    func bytes() {
        let secret = Secret("secret-of-TerminalTextTests")
        let lines = TerminalText.bytes(["first \u{1B}[2J\nof two", "", "it is secret-of-TerminalTextTests\u{202E}"])
        withExtendedLifetime(secret) {
            #expect(
                String(decoding: lines, as: UTF8.self)
                    == "first \u{FFFD}[2J\nof two\n\nit is <REDACTED>\u{FFFD}\n")
        }
    }

    @Test(
        "Text is broken at spaces, and anywhere if there is none",
        arguments: [
            ("one two three", nil, ["one two three"]), ("one two three", 13, ["one two three"]),
            ("one two three", 12, ["one two", "three"]), ("one two three", 7, ["one two", "three"]),
            ("one  two", 3, ["one", "two"]), ("abcdefgh ij", 4, ["abcd", "efgh", "ij"]),
            ("数据湖已暂停", 5, ["数据", "湖已", "暂停"]), ("数据", 1, ["数", "据"]), ("", 5, [""]),
        ] as [(String, Int?, [String])])
    func wrapped(text: String, columns: Int?, lines: [String]) {
        #expect(TerminalText.wrapped(text, to: columns) == lines)
    }

    @Test(
        "Text that is too wide is truncated",
        arguments: [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("数据湖", 5, "数据…"), ("数据湖", 4, "数…")])
    func truncated(text: String, columns: Int, result: String) {
        #expect(TerminalText.truncated(text, to: columns) == result)
    }
}
