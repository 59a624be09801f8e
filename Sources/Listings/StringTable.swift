// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
private import Glibc

/// The values of one label, numbered, so that series are counted by keys of small numbers. A value keeps its number from one
/// listing to the next for as long as it is exported.
///
/// The service decides how many different values there are and how long they are, so both are limited: a longer value is
/// cut, and what exceeds the limit becomes `other`. Values are told apart by their bytes, as Prometheus does.
struct StringTable: Sendable {
    /// The number of the empty string, which stands for no value.
    static let none: UInt32 = 0
    /// The number of `other`, which values beyond the limit become.
    static let other: UInt32 = 1
    /// The number of the first documented value; the others follow in their order.
    static let firstDocumented: UInt32 = 2
    /// The most bytes of a value.
    static let maximumBytes = 256

    /// The values by their numbers; empty where a number is free.
    private(set) var strings: [String] { didSet { knownRanks = nil } }
    private var knownRanks: [Int]?
    /// The number of what stands in for an absent value.
    let absent: UInt32
    private let firstUndocumented: Int
    private var undocumented = 0
    /// The number of a value at a place that its hash says, or after it; 0 where there is none. Not a dictionary, because
    /// every row has several values: hashing them by `Hasher` twice made polling a tenth more expensive.
    private var places: [UInt32] = []

    /// A table of documented values, which are never replaced nor counted towards a limit.
    /// - Parameter absent: the documented value that stands in for an absent one; empty: there is none.
    init(documented: [String] = [], absent: String = "") {
        strings = ["", "other"] + documented
        firstUndocumented = strings.count
        self.absent = strings.firstIndex(of: absent).map(UInt32.init) ?? Self.none
        index()
    }

    /// The number of `text`, which is redacted, cut and added where it must be.
    /// - Parameters:
    ///   - limit: the most undocumented values.
    ///   - cutValues: grows by one if the value was cut or became `other`.
    mutating func number(of text: BorrowedText, limit: Int, cutValues: inout Int) -> UInt32 {
        if text.isEmpty { return absent }
        let known = places[find(text.bytes)]
        if known != Self.none { return known }
        return admit(text.bytes, limit, &cutValues)
    }

    /// Whether the number is that of no value, `other` or a documented value.
    func isDocumented(_ number: UInt32) -> Bool { number < firstUndocumented }

    /// The value of a number.
    subscript(number: UInt32) -> String { strings[Int(number)] }

    /// Frees the numbers of all undocumented values but the `used` ones.
    mutating func keep(only used: some Sequence<UInt32>) {
        guard strings.count > firstUndocumented else { return }
        var isUsed = [Bool](repeating: false, count: strings.count)
        for number in used { isUsed[Int(number)] = true }
        let free = (firstUndocumented..<strings.count).filter { !isUsed[$0] && !strings[$0].isEmpty }
        if free.isEmpty { return }
        for number in free { strings[number] = "" }
        undocumented -= free.count
        index()
    }

    /// The rank of each number in the order of the values' bytes. Kept for the next listing, which mostly has the same
    /// values.
    mutating func ranks() -> [Int] {
        if let knownRanks { return knownRanks }
        let order = strings.indices.sorted { strings[$0].utf8.lexicographicallyPrecedes(strings[$1].utf8) }
        var ranks = [Int](repeating: 0, count: strings.count)
        for (rank, number) in order.enumerated() { ranks[number] = rank }
        knownRanks = ranks
        return ranks
    }

    private mutating func admit(_ bytes: UnsafeBufferPointer<UInt8>, _ limit: Int, _ cutValues: inout Int) -> UInt32 {
        let isCut = bytes.count > Self.maximumBytes
        if isCut { cutValues += 1 }
        // Two values may become one; then they share their series.
        let text = KnownSecrets.shared.redacting(String(decoding: bytes, as: UTF8.self))
        var value = text.prefix(bytes: Self.maximumBytes)
        let place = value.withUTF8 { find($0) }
        if places[place] != Self.none { return places[place] }
        guard undocumented < limit else {
            if !isCut { cutValues += 1 }
            return Self.other
        }
        undocumented += 1
        if let free = strings[firstUndocumented...].firstIndex(of: "") {
            strings[free] = value
            places[place] = UInt32(free)
            return UInt32(free)
        }
        strings.append(value)
        places[place] = UInt32(strings.count - 1)
        if strings.count * 2 > places.count { index() }
        return UInt32(strings.count - 1)
    }

    /// The place of a value, or the free one where it belongs.
    @inline(__always)
    private func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let mask = places.count - 1
        var place = SeededHash.hash(UnsafeRawBufferPointer(bytes)) & mask
        while places[place] != Self.none, !isSpelled(strings[Int(places[place])], bytes) { place = (place + 1) & mask }
        return place
    }

    private func isSpelled(_ string: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        string.utf8.withContiguousStorageIfAvailable { known in
            guard known.count == bytes.count, let one = known.baseAddress, let other = bytes.baseAddress else {
                return false
            }
            return memcmp(one, other, bytes.count) == 0
        } ?? false
    }

    private mutating func index() {
        var size = 16
        while strings.count * 2 > size { size *= 2 }
        places = [UInt32](repeating: Self.none, count: size)
        for number in 1..<strings.count where !strings[number].isEmpty {
            var string = strings[number]
            places[string.withUTF8 { find($0) }] = UInt32(number)
        }
    }
}
