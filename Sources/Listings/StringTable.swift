// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
private import Glibc

/// Interns the values of one label: each gets a number, so that series have small keys. A value keeps its number in the
/// next listings for as long as it is exported.
///
/// The service determines the number and length of the values, so both are limited: a longer value is cut, and values
/// beyond the limit become `other`. Values are compared by their bytes, as in Prometheus.
struct StringTable: Sendable {
    /// The number of the empty string: no value.
    static let none: UInt32 = 0
    /// The number of `other`, which reslots values beyond the limit.
    static let other: UInt32 = 1
    /// The number of the first documented value; the others follow in their order.
    static let firstDocumented: UInt32 = 2
    /// The maximum length of a value in bytes.
    static let maximumBytes = 256

    /// The values by number; empty if a number is free.
    private(set) var strings: [String] { didSet { knownRanks = nil } }
    private var knownRanks: [Int]?
    /// The number of the value that reslots an absent one.
    let absent: UInt32
    private let firstUndocumented: Int
    private var undocumented = 0
    /// Open addressing: slot -> number of a value; 0 = free. Not a dictionary: every row has several values, and
    /// hashing them with `Hasher` twice made polling 10% more expensive.
    private var slots: [UInt32] = []

    /// Creates a table of documented values, which are never replaced and don't count toward the limit.
    /// - Parameter absent: the documented value that reslots an absent one. Default: none.
    init(documented: [String] = [], absent: String = "") {
        strings = ["", "other"] + documented
        firstUndocumented = strings.count
        self.absent = strings.firstIndex(of: absent).map(UInt32.init) ?? Self.none
        index()
    }

    /// Returns the number of `text`; adds a new value, redacted and cut.
    /// - Parameters:
    ///   - limit: the maximum number of undocumented values.
    ///   - cutValues: incremented if the value was cut or became `other`.
    mutating func number(of text: BorrowedText, limit: Int, cutValues: inout Int) -> UInt32 {
        if text.isEmpty { return absent }
        let known = slots[find(text.bytes)]
        if known != Self.none { return known }
        return admit(text.bytes, limit, &cutValues)
    }

    /// Whether the number is ``none``, ``other`` or that of a documented value.
    func isDocumented(_ number: UInt32) -> Bool { number < firstUndocumented }

    /// The value of a number.
    subscript(number: UInt32) -> String { strings[Int(number)] }

    /// Frees the numbers of all undocumented values except `used`.
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

    /// Returns the rank of each number, in the order of the values' bytes. Cached, because the next listing usually has
    /// the same values.
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
        // Two values may become equal; then they share their series.
        let text = KnownSecrets.shared.redacting(String(decoding: bytes, as: UTF8.self))
        var value = text.prefix(bytes: Self.maximumBytes)
        let slot = value.withUTF8 { find($0) }
        if slots[slot] != Self.none { return slots[slot] }
        guard undocumented < limit else {
            if !isCut { cutValues += 1 }
            return Self.other
        }
        undocumented += 1
        if let free = strings[firstUndocumented...].firstIndex(of: "") {
            strings[free] = value
            slots[slot] = UInt32(free)
            return UInt32(free)
        }
        strings.append(value)
        slots[slot] = UInt32(strings.count - 1)
        if strings.count * 2 > slots.count { index() }
        return UInt32(strings.count - 1)
    }

    /// Returns the slot of a value, or the free slot for it.
    @inline(__always)
    private func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let mask = slots.count - 1
        var slot = SeededHash.hash(UnsafeRawBufferPointer(bytes)) & mask
        while slots[slot] != Self.none, !hasBytes(strings[Int(slots[slot])], bytes) { slot = (slot + 1) & mask }
        return slot
    }

    private func hasBytes(_ string: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
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
        slots = [UInt32](repeating: Self.none, count: size)
        for number in 1..<strings.count where !strings[number].isEmpty {
            var string = strings[number]
            slots[string.withUTF8 { find($0) }] = UInt32(number)
        }
    }
}
