// SPDX-License-Identifier: Apache-2.0
import FabricModel
import Testing

@testable import Aggregation

@Suite("Sums by key")
struct CellTableTests {
    private static func key(_ number: Int) -> CountKey {
        CountKey(type: Word("type-\(number % 7)"), status: Word("status-\(number)"), visibility: "PRIVATE")
    }

    @Test("Every key has a cell of its own, however many there are")
    func many() {
        var table = CellTable<CountKey, Int>()
        for round in 1...3 {
            for number in 0..<1_000 {
                let key = Self.key(number)
                table.update(key, key.pair, initial: 0) { $0 += number * round }
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
        var table = CellTable<CountKey, Int>()
        table.insert(Self.key(1), 5)
        table.insert(Self.key(1), 9)
        #expect(table.cells.map(\.value) == [5])
    }
}
