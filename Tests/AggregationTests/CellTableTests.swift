// SPDX-License-Identifier: Apache-2.0
import FabricModel
import Testing

@testable import Aggregation

@Suite("Sums by key")
struct CellTableTests {
    private static func key(_ number: Int) -> CellKey {
        CellKey(type: UInt32(number % 7), status: UInt32(number), word: 3, kind: UInt32(number % 2))
    }

    @Test("Every key has a cell of its own, however many there are")
    func many() {
        var table = CellTable<Int>()
        for round in 1...3 {
            for number in 0..<1_000 {
                let isNew = table.update(Self.key(number), initial: 0) { $0 += number * round }
                #expect(isNew == (round == 1))
            }
        }
        #expect(table.cells.count == 1_000)
        for (number, cell) in table.cells.enumerated() {
            #expect(cell.key == Self.key(number))
            #expect(cell.value == number * 6)
        }
    }

    @Test("A key that is there is not inserted again")
    func insertOnce() {
        var table = CellTable<Int>()
        table.insert(Self.key(1), 5)
        table.insert(Self.key(1), 9)
        #expect(table.cells.map(\.value) == [5])
    }
}

@Suite("Numbers of words")
struct WordTableTests {
    private static let long = String(repeating: "long", count: 20)

    @Test("A word has one number, however it comes and however many there are")
    func numbers() {
        var table = WordTable()
        let texts = (0..<500).map { "status-\($0)" } + [Self.long, "", "端点"]
        let numbers = texts.map { table.number(of: Word($0)) }
        #expect(Set(numbers).count == texts.count)
        for (text, number) in zip(texts, numbers) {
            #expect(table.words[Int(number)].text == text)
            let again = Array(text.utf8).withUnsafeBufferPointer { table.number(of: PageText($0)) }
            #expect(again == number)
        }
        #expect(table.words.count == texts.count)
    }

    @Test("What is absent has the number of what stands in for it")
    func absent() {
        var table = WordTable()
        let unknown = table.number(of: "unknown")
        #expect(table.number(of: PageText.none, or: unknown) == unknown)
        #expect(table.number(of: PageText.none) == WordTable.none)
    }
}
