// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The id of a record of a list. Real ones are 32 lower-case hexadecimal digits or a UUID with dashes; those are held in 16 bytes,
/// because every id of every listing is kept (to count rows once and to know since when a status lasts). Any other
/// text is held as it is. Equality is exact: no hash stands in for an id.
public struct RecordID: Sendable, Hashable, Comparable {
    private enum Form: Sendable, Hashable {
        case digits(UInt64, UInt64)
        case uuid(UInt64, UInt64)
        // Bytes, because Swift calls two spellings of one accented letter the same string.
        case other([UInt8])
    }

    /// The most bytes of an id that can be used: as many as a label may have.
    public static let maximumBytes = 256

    private let form: Form

    /// What sets and dictionaries call. The default takes a `Hasher`.
    public func _rawHashValue(seed: Int) -> Int {
        let seed = UInt64(truncatingIfNeeded: seed)
        switch form {
        case .digits(let high, let low), .uuid(let high, let low): return SeededHash.hash(high ^ seed, low)
        case .other(let bytes):
            let hash = bytes.withUnsafeBytes { SeededHash.hash($0) }
            return SeededHash.hash(UInt64(truncatingIfNeeded: hash), seed)
        }
    }

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

    /// The id that stands in a page; nil where there is none, or it has more than ``maximumBytes``.
    @inline(__always)
    public init?(_ text: PageText) {
        if text.isEmpty || text.bytes.count > Self.maximumBytes { return nil }
        self.init(utf8: text.bytes)
    }

    /// The id spelled by `text`.
    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { RecordID(utf8: $0) }
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
    public static func < (left: RecordID, right: RecordID) -> Bool {
        switch (left.form, right.form) {
        case (.digits(let a, let b), .digits(let c, let d)), (.uuid(let a, let b), .uuid(let c, let d)):
            (a, b) < (c, d)
        default: left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        }
    }

    private static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>, dashed: Bool) -> (UInt64, UInt64)? {
        guard let start = bytes.baseAddress.map({ UnsafeRawPointer($0) }) else { return nil }
        func eight(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        func four(_ offset: Int) -> UInt64 {
            UInt64(UInt32(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
        let parts: (UInt32?, UInt32?, UInt32?, UInt32?)
        if dashed {
            let dash = UInt8(ascii: "-")
            guard bytes[8] == dash, bytes[13] == dash, bytes[18] == dash, bytes[23] == dash else { return nil }
            parts = (
                number(eight(0)), number(four(9) | four(14) << 32), number(four(19) | four(24) << 32),
                number(eight(28))
            )
        } else {
            parts = (number(eight(0)), number(eight(8)), number(eight(16)), number(eight(24)))
        }
        guard let a = parts.0, let b = parts.1, let c = parts.2, let d = parts.3 else { return nil }
        return (UInt64(a) << 32 | UInt64(b), UInt64(c) << 32 | UInt64(d))
    }

    /// The number that eight characters spell, the first of them in the lowest byte; nil where one is no lower-case
    /// hexadecimal digit.
    @inline(__always)
    private static func number(_ characters: UInt64) -> UInt32? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The lower half of each character; of a letter nine more. What is no digit becomes something that is spelled
        // otherwise, or that is no half byte.
        let values = (characters & (ones * 0x0F)) &+ (characters >> 6 & ones) &* 9
        let areLetters = (values &+ ones * 6) >> 4 & ones
        guard values & (ones * 0xF0) == 0,
            values &+ ones * 0x30 &+ areLetters &* (0x61 - 0x3A) == characters
        else { return nil }
        let bytes = (values << 4 | values >> 8) & 0x00FF_00FF_00FF_00FF
        let pairs = (bytes | bytes >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: pairs | pairs >> 16).byteSwapped
    }

    private static func spell(_ high: UInt64, _ low: UInt64, dashed: Bool) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
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
            return position
        }
    }
}

extension RecordID: CustomStringConvertible {
    /// The id as the service spells it.
    public var description: String { text }
}
