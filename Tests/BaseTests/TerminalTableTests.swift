// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("Tables for a terminal")
struct TerminalTableTests {
    private static func table() -> TerminalTable {
        var table = TerminalTable([.text("ID"), .shrinking("NAME"), .shrinking("PLACE"), .number("N")])
        table.add(["1", "数据湖", "here", "7"], details: ["first", "second of two"])
        table.add(["a-long-id", "\u{1B}[2Jx\u{202E}", "a place with a long name", "1000"])
        return table
    }

    @Test("Columns are aligned for wide characters, numbers to the right, and control characters are replaced")
    func aligned() {
        #expect(
            Self.table().lines(columns: nil, indentation: 1) == [
                " ID         NAME    PLACE                        N",
                " 1          数据湖  here                         7",
                "     first",
                "     second of two",
                " a-long-id  \u{FFFD}[2Jx\u{FFFD}  a place with a long name  1000",
            ])
    }

    @Test("A table that is too wide truncates its widest texts, and its details are wrapped")
    func narrow() {
        let lines = Self.table().lines(columns: 34, indentation: 0)
        #expect(
            lines == [
                "ID         NAME    PLACE         N",
                "1          数据湖  here          7",
                "    first",
                "    second of two",
                "a-long-id  \u{FFFD}[2Jx\u{FFFD}  a place …  1000",
            ])
        #expect(lines.allSatisfy { TerminalText.width($0) <= 34 })
        #expect(Self.table().lines(columns: 1)[0] == "ID         NAME    PLACE        N")
    }

    @Test("Texts of any length take no more time or space than the terminal's width", .timeLimit(.minutes(1)))
    func longText() {
        var table = TerminalTable([.shrinking("A"), .shrinking("B")])
        table.add([String(repeating: "a", count: 1_000_000), String(repeating: "数", count: 1_000_000)])
        #expect(table.lines(columns: 40)[1].count <= 40)
    }
}
