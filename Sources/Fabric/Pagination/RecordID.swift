// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The ID of a record in a list. The usual forms, 32 lowercase hexadecimal digits and a UUID with dashes, take 16
/// bytes, because the IDs of all listings stay in memory (to count rows once and to track how long a status lasts).
/// Other texts are stored unchanged. Equality is exact, not by hash.
public struct RecordID: Sendable, Hashable, Comparable {
    /// How an ID is stored.
    package enum Form: Sendable, Hashable {
        /// 32 lowercase hexadecimal digits, as a number.
        case digits(UInt64, UInt64)
        /// A UUID with lowercase digits, as a number.
        case uuid(UInt64, UInt64)
        /// Any other text, in UTF-8.
        // Bytes, because strings are equal if they are canonically equivalent.
        case other([UInt8])
    }

    /// The maximum length of a usable ID in bytes, which is that of a label value.
    public static let maximumBytes = 256

    /// The stored form, for packing an ID into other memory.
    package let form: Form

    /// Creates an ID from its stored form.
    package init(_ form: Form) { self.form = form }

    /// The hash for sets and dictionaries, cheaper than the default one by `Hasher`.
    public func _rawHashValue(seed: Int) -> Int {
        let seed = UInt64(truncatingIfNeeded: seed)
        switch form {
        case .digits(let high, let low), .uuid(let high, let low): return SeededHash.hash(high ^ seed, low)
        case .other(let bytes):
            let hash = bytes.withUnsafeBytes { SeededHash.hash($0) }
            return SeededHash.hash(UInt64(truncatingIfNeeded: hash), seed)
        }
    }

    /// Creates an ID from UTF-8 bytes.
    public init(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.count == 32, let (high, low) = Self.hexadecimal(bytes, dashed: false) {
            form = .digits(high, low)
        } else if bytes.count == 36, let (high, low) = Self.hexadecimal(bytes, dashed: true) {
            form = .uuid(high, low)
        } else {
            form = .other(Array(String(decoding: bytes, as: UTF8.self).utf8))
        }
    }

    /// Creates an ID from a page's text; nil if it is empty or longer than ``maximumBytes``.
    @inline(__always)
    public init?(_ text: BorrowedText) {
        if text.isEmpty || text.bytes.count > Self.maximumBytes { return nil }
        self.init(utf8: text.bytes)
    }

    /// Creates an ID from `text`.
    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { RecordID(utf8: $0) }
    }

    /// Whether the ID is 1 to 36 letters, digits and hyphens, so that it can be part of a URL.
    var isIdentifier: Bool {
        switch form {
        case .digits, .uuid: true
        case .other(let bytes): Self.isIdentifier(bytes)
        }
    }

    /// Returns whether a text is 1 to 36 letters, digits and hyphens.
    static func isIdentifier(_ text: some Collection<UInt8>) -> Bool {
        (1...36).contains(text.count) && text.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
    }

    /// The ID as the service wrote it.
    public var text: String {
        switch form {
        case .digits(let high, let low): Self.format(high, low, dashed: false)
        case .uuid(let high, let low): Self.format(high, low, dashed: true)
        case .other(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Orders IDs by the bytes of their text.
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

    /// Returns the value of eight hexadecimal digits, the first in the lowest byte; nil unless all are lowercase
    /// digits.
    @inline(__always)
    private static func number(_ characters: UInt64) -> UInt32? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The low nibble of each character, plus 9 for letters. For other characters the result is no nibble, or
        // formats as another character, which the guard checks.
        let values = (characters & (ones * 0x0F)) &+ (characters >> 6 & ones) &* 9
        let areLetters = (values &+ ones * 6) >> 4 & ones
        guard values & (ones * 0xF0) == 0,
            values &+ ones * 0x30 &+ areLetters &* (0x61 - 0x3A) == characters
        else { return nil }
        let bytes = (values << 4 | values >> 8) & 0x00FF_00FF_00FF_00FF
        let pairs = (bytes | bytes >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: pairs | pairs >> 16).byteSwapped
    }

    private static func format(_ high: UInt64, _ low: UInt64, dashed: Bool) -> String {
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
    /// The ID as the service wrote it.
    public var description: String { text }
}
