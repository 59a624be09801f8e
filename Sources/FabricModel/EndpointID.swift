// SPDX-License-Identifier: Apache-2.0

/// An endpoint's id. Real ones are 32 lower-case hexadecimal digits or a UUID with dashes; those are held in 16 bytes,
/// because every id of every listing is kept (to count rows once and to know since when a status lasts). Any other
/// text is held as it is. Equality is exact: no hash stands in for an id.
public struct EndpointID: Sendable, Hashable, Comparable {
    private enum Form: Sendable, Hashable {
        case digits(UInt64, UInt64)
        case uuid(UInt64, UInt64)
        // Bytes, because Swift calls two spellings of one accented letter the same string.
        case other([UInt8])

        /// The spelling is left out: the same id is hardly ever spelled in both ways.
        func hash(into hasher: inout Hasher) {
            switch self {
            case .digits(let high, let low), .uuid(let high, let low):
                hasher.combine(high)
                hasher.combine(low)
            case .other(let bytes): hasher.combine(bytes)
            }
        }
    }

    private let form: Form

    /// The id spelled by these UTF-8 bytes.
    public init(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.count == 32, let (high, low) = Self.hexadecimal(bytes, dashed: false) {
            form = .digits(high, low)
        } else if bytes.count == 36, let (high, low) = Self.hexadecimal(bytes, dashed: true) {
            form = .uuid(high, low)
        } else {
            form = .other(Array(String(decoding: bytes, as: UTF8.self).utf8))
        }
    }

    /// The id spelled by `text`.
    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { EndpointID(utf8: $0) }
    }

    /// The id as the service spells it.
    public var text: String {
        switch form {
        case .digits(let high, let low): Self.spell(high, low, dashed: false)
        case .uuid(let high, let low): Self.spell(high, low, dashed: true)
        case .other(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Orders ids by their spelling, byte by byte.
    public static func < (left: EndpointID, right: EndpointID) -> Bool {
        switch (left.form, right.form) {
        case (.digits(let a, let b), .digits(let c, let d)), (.uuid(let a, let b), .uuid(let c, let d)):
            (a, b) < (c, d)
        default: left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        }
    }

    private static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>, dashed: Bool) -> (UInt64, UInt64)? {
        // One look at the end for all digits: a bad one leaves a bit here.
        var bad: UInt8 = 0
        let digits = Self.digits
        func number(_ range: Range<Int>) -> UInt64 {
            var number: UInt64 = 0
            for index in range {
                let digit = digits[Int(bytes[index])]
                bad |= digit
                number = number << 4 | UInt64(digit & 15)
            }
            return number
        }
        let words: (UInt64, UInt64)
        if dashed {
            let dash = UInt8(ascii: "-")
            guard bytes[8] == dash, bytes[13] == dash, bytes[18] == dash, bytes[23] == dash else { return nil }
            words = (
                number(0..<8) << 32 | number(9..<13) << 16 | number(14..<18), number(19..<23) << 48 | number(24..<36)
            )
        } else {
            words = (number(0..<16), number(16..<32))
        }
        return bad & 0x80 == 0 ? words : nil
    }

    /// The value of each byte as a lower-case hexadecimal digit; 0x80 where it is none.
    private static let digits: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt8(byte) - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt8(byte) - UInt8(ascii: "a") + 10
        default: 0x80
        }
    }

    private static func spell(_ high: UInt64, _ low: UInt64, dashed: Bool) -> String {
        let count = dashed ? 36 : 32
        return String(unsafeUninitializedCapacity: count) { buffer in
            var position = 0
            for nibble in 0..<32 {
                if dashed, nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = nibble < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - (nibble % 16) * 4)) & 15
                buffer[position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                position += 1
            }
            return count
        }
    }
}

extension EndpointID: CustomStringConvertible {
    /// The id as the service spells it.
    public var description: String { text }
}
