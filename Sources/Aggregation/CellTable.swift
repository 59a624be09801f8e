// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// What tells the cells of a table apart: words by their numbers in the listing's ``WordTable``.
struct CellKey: Hashable, Sendable {
    var type: UInt32
    var status: UInt32
    /// What the table is about beside the two: a visibility, an error code, a specification code.
    var word = WordTable.none
    /// What else there is: of a capacity its unit and whether it is public.
    var kind: UInt32 = 0
}

/// Sums by key: a dictionary for few keys and many additions.
struct CellTable<Value: Sendable>: Sendable {
    struct Cell: Sendable {
        var key: CellKey
        var value: Value
    }

    private let seed = HashSeed.ofProcess
    private(set) var cells: [Cell] = []
    /// One more than the index of a cell, at a place that its key says or after it; 0 where there is none.
    private var places = [UInt32](repeating: 0, count: 64)

    /// Changes the value at `key`; where there is none, `initial` becomes it first.
    /// - Returns: whether there was none.
    @inline(__always)
    @discardableResult
    mutating func update(_ key: CellKey, initial: @autoclosure () -> Value, _ change: (inout Value) -> Void) -> Bool {
        let place = find(key)
        if places[place] != 0 {
            change(&cells[Int(places[place]) - 1].value)
            return false
        }
        var value = initial()
        change(&value)
        insert(key, value, at: place)
        return true
    }

    /// Adds a cell unless there is one of that key.
    mutating func insert(_ key: CellKey, _ value: Value) {
        let place = find(key)
        if places[place] == 0 { insert(key, value, at: place) }
    }

    /// The place of `key`, or the free one where it belongs.
    @inline(__always)
    private func find(_ key: CellKey) -> Int {
        let left = UInt64(key.type) << 32 | UInt64(key.status)
        let right = UInt64(key.word) << 32 | UInt64(key.kind)
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: seed.hash(left, right)) & mask
        while places[place] != 0, cells[Int(places[place]) - 1].key != key { place = (place + 1) & mask }
        return place
    }

    private mutating func insert(_ key: CellKey, _ value: Value, at place: Int) {
        cells.append(Cell(key: key, value: value))
        places[place] = UInt32(cells.count)
        guard cells.count * 2 > places.count else { return }
        places = [UInt32](repeating: 0, count: places.count * 2)
        for (index, cell) in cells.enumerated() { places[find(cell.key)] = UInt32(index + 1) }
    }
}
