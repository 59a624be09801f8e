// SPDX-License-Identifier: Apache-2.0

/// Ids, numbered in the order in which they came. There is an entry for each endpoint that is listed, so it takes 16 bytes
/// and a place of four, where a `Set` takes half as much again and hashes for longer than a row takes to be decoded.
public struct EndpointIDTable: Sendable {
    private let seed = HashSeed.ofProcess
    /// Two numbers for each id that is 32 digits.
    private var digits: [(high: UInt64, low: UInt64)] = []
    /// One more than the number of an id, at a place that its digits say or after it; 0 where there is none.
    private var places: [UInt32] = []
    /// Whether the digits are spelled with dashes; all ids of one service are spelled alike.
    private var areDashed: Bool?
    /// Ids of any other spelling, which no service is known to have.
    private var others: [EndpointID: Int] = [:]

    /// No ids.
    public init() {}

    /// How many ids there are.
    public var count: Int { digits.count }

    /// Makes room for so many.
    public mutating func reserveCapacity(_ count: Int) {
        guard count > digits.count else { return }
        digits.reserveCapacity(count)
        resize(forAtLeast: count)
    }

    /// Adds `id`, unless it is there.
    /// - Returns: its number, and whether it was added.
    public mutating func insert(_ id: EndpointID) -> (number: Int, isNew: Bool) {
        guard let (high, low, isDashed) = id.digits, areDashed ?? isDashed == isDashed else { return insertOther(id) }
        areDashed = isDashed
        if (digits.count + 1) * 4 > places.count * 3 { resize(forAtLeast: digits.count + 1) }
        let place = find(high, low)
        if places[place] != 0 { return (Int(places[place]) - 1, false) }
        digits.append((high, low))
        places[place] = UInt32(digits.count)
        return (digits.count - 1, true)
    }

    private mutating func insertOther(_ id: EndpointID) -> (number: Int, isNew: Bool) {
        if let number = others[id] { return (number, false) }
        others[id] = digits.count
        digits.append((0, 0))
        return (digits.count - 1, true)
    }

    /// Gives back what was reserved for more ids.
    public mutating func trim() { if digits.capacity > digits.count { digits = digits.map { $0 } } }

    /// The number of `id`; nil where it is not there.
    public func number(of id: EndpointID) -> Int? {
        if count == 0 { return nil }
        guard let (high, low, isDashed) = id.digits, areDashed == isDashed else { return others[id] }
        let place = places[find(high, low)]
        return place == 0 ? nil : Int(place) - 1
    }

    /// The place of an id, or the free one where it belongs.
    @inline(__always)
    private func find(_ high: UInt64, _ low: UInt64) -> Int {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: seed.hash(high, low)) & mask
        while places[place] != 0, digits[Int(places[place]) - 1] != (high, low) { place = (place + 1) & mask }
        return place
    }

    private mutating func resize(forAtLeast count: Int) {
        var size = max(16, places.count)
        while count * 4 > size * 3 { size *= 2 }
        guard size > places.count else { return }
        let old = places
        places = [UInt32](repeating: 0, count: size)
        for place in old where place != 0 {
            let (high, low) = digits[Int(place) - 1]
            places[find(high, low)] = place
        }
    }
}

extension EndpointIDTable: Equatable {
    /// Whether the same ids are there, in whatever order they came.
    public static func == (left: EndpointIDTable, right: EndpointIDTable) -> Bool {
        guard left.count == right.count else { return false }
        // Places alone say which entries are digits. The first id decides which spelling they have, so that an id may be
        // among the digits of one table and among the others of the other.
        return left.others.keys.allSatisfy { right.number(of: $0) != nil }
            && left.places.allSatisfy { place in
                if place == 0 { return true }
                let (high, low) = left.digits[Int(place) - 1]
                return right.number(of: EndpointID(high, low, dashed: left.areDashed == true)) != nil
            }
    }
}
