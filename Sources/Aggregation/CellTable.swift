// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// What tells the cells of a table apart.
protocol CellKey: Hashable, Sendable {
    var type: Word { get }
    var status: Word { get }
    /// A number that equal keys have in common, and others hardly ever.
    /// - Parameter pair: the key's ``pair``.
    func fingerprint(_ pair: UInt64) -> UInt64
}

extension CellKey {
    /// A number made of the words that all keys of a row have in common: mixed once for all of them.
    static func pair(_ type: Word, _ status: Word) -> UInt64 { type.fingerprint(status.fingerprint(0)) }

    var pair: UInt64 { Self.pair(type, status) }
}

/// Sums by key: a dictionary for few keys and many additions. A key's fingerprint is made of those of its words, whose
/// own hashing is all that is needed.
struct CellTable<Key: CellKey, Value: Sendable>: Sendable {
    struct Cell: Sendable {
        let key: Key
        var value: Value
    }

    private(set) var cells: [Cell] = []
    /// One more than the index of a cell, at a place that its key's fingerprint says or after it; 0 where there is none.
    private var places = [UInt32](repeating: 0, count: 64)

    /// Changes the value at `key`, whose pair is `pair`; where there is none, `initial` becomes it first.
    @inline(__always)
    mutating func update(
        _ key: Key, _ pair: UInt64, initial: @autoclosure () -> Value, _ change: (inout Value) -> Void
    ) {
        let place = find(key, pair)
        if places[place] != 0 {
            change(&cells[Int(places[place]) - 1].value)
        } else {
            var value = initial()
            change(&value)
            insert(key, value, at: place)
        }
    }

    /// Adds a cell unless there is one of that key.
    mutating func insert(_ key: Key, _ value: Value) {
        let place = find(key, key.pair)
        if places[place] == 0 { insert(key, value, at: place) }
    }

    /// The place of `key`, or the free one where it belongs.
    @inline(__always)
    private func find(_ key: Key, _ pair: UInt64) -> Int {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: key.fingerprint(pair)) & mask
        while places[place] != 0, cells[Int(places[place]) - 1].key != key { place = (place + 1) & mask }
        return place
    }

    private mutating func insert(_ key: Key, _ value: Value, at place: Int) {
        cells.append(Cell(key: key, value: value))
        places[place] = UInt32(cells.count)
        guard cells.count * 2 > places.count else { return }
        places = [UInt32](repeating: 0, count: places.count * 2)
        for (index, cell) in cells.enumerated() { places[find(cell.key, cell.key.pair)] = UInt32(index + 1) }
    }
}
