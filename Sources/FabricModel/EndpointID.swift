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
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (index, byte) in bytes.enumerated() {
            if dashed, index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if digits < 16 { words.0 = words.0 << 4 | UInt64(digit) } else { words.1 = words.1 << 4 | UInt64(digit) }
            digits += 1
        }
        return words
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
