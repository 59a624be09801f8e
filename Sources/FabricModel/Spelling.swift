// SPDX-License-Identifier: Apache-2.0

/// Up to 32 bytes of text in four numbers, padded with zeros: what tells short words apart, without owning anything.
@frozen
public struct Spelling: Sendable, Equatable {
    @usableFromInline let a: UInt64
    @usableFromInline let b: UInt64
    @usableFromInline let c: UInt64
    @usableFromInline let d: UInt64

    @inlinable
    init(a: UInt64, b: UInt64, c: UInt64, d: UInt64) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    /// The spelling of `bytes`; nil where they are more than 32.
    @inlinable
    public init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        let count = bytes.count
        guard count > 0, let start = bytes.baseAddress.map({ UnsafeRawPointer($0) }) else {
            self.init(a: 0, b: 0, c: 0, d: 0)
            return
        }
        // The last bytes are loaded with some of those before them, which are then shifted out: no loop, and no byte beyond
        // the text is looked at.
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        func tail(_ end: Int) -> UInt64 { count == end - 8 ? 0 : word(count - 8) >> UInt64(8 * (end - count)) }
        switch count {
        case 33...: return nil
        case 25...32: self.init(a: word(0), b: word(8), c: word(16), d: tail(32))
        case 17...24: self.init(a: word(0), b: word(8), c: tail(24), d: 0)
        case 8...16: self.init(a: word(0), b: tail(16), c: 0, d: 0)
        case 4...7:
            let first = UInt64(UInt32(littleEndian: start.loadUnaligned(as: UInt32.self)))
            let last = UInt64(UInt32(littleEndian: start.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
            self.init(a: first | last << UInt64(8 * (count - 4)), b: 0, c: 0, d: 0)
        default:
            func byte(_ offset: Int) -> UInt64 { UInt64(bytes[offset]) << UInt64(8 * offset) }
            self.init(a: byte(0) | byte(count / 2) | byte(count - 1), b: 0, c: 0, d: 0)
        }
    }

    /// Whether the bytes are equal.
    @inlinable
    public static func == (left: Spelling, right: Spelling) -> Bool {
        (left.a ^ right.a) | (left.b ^ right.b) | (left.c ^ right.c) | (left.d ^ right.d) == 0
    }

    /// A number that equal spellings have in common; see ``HashSeed``.
    @inlinable
    public func hash(_ seed: HashSeed) -> UInt64 { seed.hash(a, b) &+ seed.hash(c, d).byteSwapped }
}
