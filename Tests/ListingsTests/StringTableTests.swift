// SPDX-License-Identifier: Apache-2.0
import Fabric
import Testing

@testable import Listings

@Suite("String table")
struct StringTableTests {
    /// Returns the number of `text` in a table.
    private func number(_ text: String, in table: inout StringTable, limit: Int = 1_000) -> UInt32 {
        var cutValues = 0
        return Array(text.utf8).withUnsafeBufferPointer {
            table.number(of: BorrowedText($0), limit: limit, cutValues: &cutValues)
        }
    }

    @Test("Each value has one number, however many values there are")
    func numbers() {
        var table = StringTable(documented: ["RUNNING"])
        let texts = (0..<500).map { "status-\($0)" } + [String(repeating: "long", count: 20), "端点", "a\0", "RUNNING"]
        let numbers = texts.map { number($0, in: &table) }
        #expect(Set(numbers).count == texts.count)
        for (text, known) in zip(texts, numbers) {
            #expect(table[known] == text)
            #expect(number(text, in: &table) == known)
        }
    }

    @Test("Values are compared by their bytes: canonically equivalent ones differ")
    func bytes() {
        var table = StringTable()
        #expect(number("\u{E9}", in: &table) != number("e\u{301}", in: &table))
    }

    @Test("An absent value has the number of its replacement, or of no value")
    func absent() {
        var table = StringTable(documented: ["service", "unknown"], absent: "unknown")
        #expect(table[number("", in: &table)] == "unknown")
        var codes = StringTable()
        #expect(number("", in: &codes) == StringTable.none)
    }

    @Test("Values beyond the limit become other until unused ones are dropped")
    func limit() {
        var table = StringTable(documented: ["RUNNING"])
        let kept = number("A", in: &table, limit: 2)
        _ = number("B", in: &table, limit: 2)
        #expect(number("C", in: &table, limit: 2) == StringTable.other)
        #expect(number("other", in: &table, limit: 2) == StringTable.other)
        table.keep(only: [kept])
        let next = number("C", in: &table, limit: 2)
        #expect(table[next] == "C" && table[kept] == "A")
        #expect(number("A", in: &table, limit: 2) == kept)
        #expect(number("B", in: &table, limit: 2) == StringTable.other)
        #expect(table[number("RUNNING", in: &table, limit: 2)] == "RUNNING")
    }

    @Test("Ranks are in the order of the values' bytes")
    func ranks() {
        var table = StringTable()
        let sorted = ["A", "AB", "B", "a", String(repeating: "a", count: 40), "b", "é", "训"]
        let numbers = sorted.reversed().map { number($0, in: &table) }
        let ranks = table.ranks()
        #expect(numbers.sorted { ranks[Int($0)] < ranks[Int($1)] }.map { table[$0] } == sorted)
    }
}
