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

    /// The id of these 32 digits.
    init(_ high: UInt64, _ low: UInt64, dashed: Bool) { form = dashed ? .uuid(high, low) : .digits(high, low) }

    /// The 32 digits as two numbers, where the id is spelled by so many.
    @inline(__always)
    var digits: (high: UInt64, low: UInt64, isDashed: Bool)? {
        switch form {
        case .digits(let high, let low): (high, low, false)
        case .uuid(let high, let low): (high, low, true)
        case .other: nil
        }
    }

    /// Writes the id in 17 bytes, or as many as its text has and a few more.
    /// - Parameter flags: less than 64; stands in the first byte and comes back with the id.
    public func pack(_ flags: UInt8, into bytes: inout [UInt8]) {
        switch form {
        case .digits(let high, let low): Self.pack(flags << 2 | 1, high, low, into: &bytes)
        case .uuid(let high, let low): Self.pack(flags << 2 | 2, high, low, into: &bytes)
        case .other(let text):
            bytes.append(flags << 2)
            bytes.appendNumber(UInt64(text.count))
            bytes += text
        }
    }

    private static func pack(_ first: UInt8, _ high: UInt64, _ low: UInt64, into bytes: inout [UInt8]) {
        bytes.append(first)
        withUnsafeBytes(of: (high, low)) { bytes += $0 }
    }

    /// Reads what `pack` wrote.
    public init(unpacking reader: inout PackedReader, _ flags: inout UInt8) {
        let first = reader.byte()
        flags = first >> 2
        if first & 3 == 0 {
            form = .other(Array(reader.bytes(Int(reader.number()))))
        } else {
            let (high, low) = (reader.word(), reader.word())
            form = first & 3 == 1 ? .digits(high, low) : .uuid(high, low)
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

    /// The bytes of the id as the service spells it, which are gone when `body` returns.
    public func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        switch form {
        case .other(let bytes): bytes.withUnsafeBufferPointer(body)
        case .digits(let high, let low), .uuid(let high, let low):
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { buffer in
                let count = Self.spell(high, low, dashed: digits?.isDashed ?? false, into: buffer)
                return body(UnsafeBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    private static func spell(_ high: UInt64, _ low: UInt64, dashed: Bool) -> String {
        String(unsafeUninitializedCapacity: 36) { spell(high, low, dashed: dashed, into: $0) }
    }

    /// - Returns: how many bytes were written.
    private static func spell(
        _ high: UInt64, _ low: UInt64, dashed: Bool, into buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
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

extension EndpointID: CustomStringConvertible {
    /// The id as the service spells it.
    public var description: String { text }
}
