// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Appends a number in as many bytes as it needs, seven bits in each, low ones first.
    public mutating func appendNumber(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Appends a number that may be negative, small ones of either sign in few bytes.
    public mutating func appendSigned(_ number: Int64) {
        appendNumber(UInt64(bitPattern: number << 1 ^ number >> 63))
    }
}

/// Reads packed values one after the other, as they were written.
public struct PackedReader {
    private let packed: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// A reader at the beginning of `packed`.
    public init(_ packed: UnsafeBufferPointer<UInt8>) { self.packed = packed }

    /// Whether there is nothing left.
    public var isAtEnd: Bool { position == packed.count }

    /// The next byte.
    public mutating func byte() -> UInt8 {
        position += 1
        return packed[position - 1]
    }

    /// The next `count` bytes.
    public mutating func bytes(_ count: Int) -> UnsafeBufferPointer<UInt8> {
        position += count
        return UnsafeBufferPointer(rebasing: packed[position - count..<position])
    }

    /// The next eight bytes as a number.
    public mutating func word() -> UInt64 { UnsafeRawBufferPointer(bytes(8)).loadUnaligned(as: UInt64.self) }

    /// What `appendNumber` wrote.
    public mutating func number() -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = byte()
            number |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return number }
            shift += 7
        }
    }

    /// What `appendSigned` wrote.
    public mutating func signed() -> Int64 {
        let number = number()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }
}
