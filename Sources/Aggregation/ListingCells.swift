// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import FabricModel

/// The sums of a listing, in the order in which they are served. Words have numbers in the order of their spelling, so
/// that numbers are what is sorted.
struct ListingCells: Sendable {
    /// The words that are needed, by their numbers; the first is no word.
    let words: [Word]
    /// The same as they stand in a sample.
    let escaped: EscapedTexts
    let counts: [CellTable<Int>.Cell]
    let errors: [CellTable<Int>.Cell]
    let oldestTransitions: [CellTable<Timestamp>.Cell]
    let capacities: [CellTable<CapacitySum>.Cell]
    let droppedDetails: Int

    /// The cells of `tally`.
    /// - Returns: beside the cells, the number of each word by the one it had in the tally.
    static func make(of tally: EndpointTally, now: Timestamp) -> (cells: ListingCells, renumbered: [UInt32]) {
        let old = tally.words.words
        var isUsed = [Bool](repeating: false, count: old.count)
        func mark<Value>(_ table: CellTable<Value>) {
            for cell in table.cells {
                isUsed[Int(cell.key.type)] = true
                isUsed[Int(cell.key.status)] = true
                isUsed[Int(cell.key.word)] = true
            }
        }
        mark(tally.counts)
        mark(tally.errors)
        mark(tally.oldestTransitions)
        mark(tally.capacities)
        tally.statuses.markWords(in: &isUsed)
        let sorted = (1..<old.count).filter { isUsed[$0] }.sorted { old[$0] < old[$1] }
        var renumbered = [UInt32](repeating: WordTable.none, count: old.count)
        for (index, number) in sorted.enumerated() { renumbered[number] = UInt32(index + 1) }
        func order<Value>(_ table: CellTable<Value>) -> [CellTable<Value>.Cell] {
            var cells = table.cells
            for index in cells.indices {
                cells[index].key.type = renumbered[Int(cells[index].key.type)]
                cells[index].key.status = renumbered[Int(cells[index].key.status)]
                cells[index].key.word = renumbered[Int(cells[index].key.word)]
            }
            cells.sort { $0.key.precedes($1.key) }
            return cells
        }
        let words = [old[0]] + sorted.map { old[$0] }
        var oldestTransitions = order(tally.oldestTransitions)
        for index in oldestTransitions.indices {
            oldestTransitions[index].value = min(oldestTransitions[index].value, now)
        }
        let cells = ListingCells(
            words: words, escaped: EscapedTexts(words.map(\.text)), counts: order(tally.counts),
            errors: order(tally.errors), oldestTransitions: oldestTransitions, capacities: order(tally.capacities),
            droppedDetails: tally.details.dropped)
        return (cells, renumbered)
    }
}

extension CellKey {
    /// Orders by unit, then type, status, word, the public ones last: numbers stand for words in their order.
    @inline(__always)
    fileprivate func precedes(_ other: CellKey) -> Bool {
        let (unit, otherUnit) = (kind / 2, other.kind / 2)
        if unit != otherUnit { return unit < otherUnit }
        let left = UInt64(type) << 32 | UInt64(status)
        let right = UInt64(other.type) << 32 | UInt64(other.status)
        if left != right { return left < right }
        return (word, kind) < (other.word, other.kind)
    }
}
