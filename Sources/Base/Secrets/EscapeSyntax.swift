// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// A syntax of escape sequences, such as JSON's.
enum EscapeSyntax: CaseIterable {
    case json
    case percent
    case html

    /// The byte with which every escape sequence begins.
    private var introducer: UInt8 {
        switch self {
        case .json: UInt8(ascii: "\\")
        case .percent: UInt8(ascii: "%")
        case .html: UInt8(ascii: "&")
        }
    }

    /// Whether `text` contains a byte that could begin an escape sequence.
    func mayOccur(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        Self.firstIndex(of: introducer, in: text, from: 0) != nil
    }

    /// The value of an escape sequence.
    private enum Value {
        case byte(UInt8)
        case scalar(Unicode.Scalar)
    }

    /// Decodes the escape sequences in `text`; returns nil if there are none.
    /// - Returns: the decoded bytes, and the offset in `text` of each of them, followed by the length of `text`.
    func decode(_ text: UnsafeBufferPointer<UInt8>) -> (bytes: [UInt8], offsets: [Int])? {
        var bytes: [UInt8] = []
        var offsets: [Int] = []
        bytes.reserveCapacity(text.count)
        offsets.reserveCapacity(text.count + 1)
        var hasEscape = false
        var position = 0
        while position < text.count {
            let next = Self.firstIndex(of: introducer, in: text, from: position) ?? text.count
            bytes.append(contentsOf: text[position..<next])
            offsets.append(contentsOf: position..<next)
            position = next
            if next == text.count { break }
            guard let (value, length) = escape(text, position) else {
                bytes.append(introducer)
                offsets.append(position)
                position += 1
                continue
            }
            hasEscape = true
            switch value {
            case .byte(let byte):
                bytes.append(byte)
                offsets.append(position)
            case .scalar(let scalar):
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    bytes.append(byte)
                    offsets.append(position)
                }
            }
            position += length
        }
        offsets.append(text.count)
        return hasEscape ? (bytes, offsets) : nil
    }

    private static func firstIndex(of byte: UInt8, in text: UnsafeBufferPointer<UInt8>, from position: Int) -> Int? {
        guard let start = text.baseAddress else { return nil }
        let found = memchr(start + position, CInt(byte), text.count - position)
        return found.map { UnsafeRawPointer($0) - UnsafeRawPointer(start) }
    }

    /// Decodes the escape sequence at `position`; returns its value and length.
    private func escape(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> (Value, length: Int)? {
        switch self {
        case .json: Self.jsonEscape(text, position)
        case .percent: Self.number(text, position + 1, digits: 2).map { (.byte(UInt8($0)), 3) }
        case .html: Self.htmlEscape(text, position)
        }
    }

    private static func jsonEscape(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> (Value, length: Int)? {
        guard position + 1 < text.count else { return nil }
        switch text[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return (.byte(text[position + 1]), 2)
        case UInt8(ascii: "b"): return (.byte(0x08), 2)
        case UInt8(ascii: "f"): return (.byte(0x0C), 2)
        case UInt8(ascii: "n"): return (.byte(0x0A), 2)
        case UInt8(ascii: "r"): return (.byte(0x0D), 2)
        case UInt8(ascii: "t"): return (.byte(0x09), 2)
        case UInt8(ascii: "u"):
            guard let high = number(text, position + 2, digits: 4) else { return nil }
            if let scalar = Unicode.Scalar(high) { return (.scalar(scalar), 6) }
            // Scalars beyond U+FFFF are escaped as a surrogate pair.
            guard (0xD800..<0xDC00).contains(high), position + 7 < text.count, text[position + 6] == UInt8(ascii: "\\"),
                text[position + 7] == UInt8(ascii: "u"), let low = number(text, position + 8, digits: 4),
                (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            else { return nil }
            return (.scalar(scalar), 12)
        default: return nil
        }
    }

    private static func htmlEscape(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> (Value, length: Int)? {
        // The longest relevant escape is `&#1114111;`.
        let limit = min(text.count, position + 12)
        guard let end = ((position + 1)..<max(limit, position + 1)).first(where: { text[$0] == UInt8(ascii: ";") })
        else { return nil }
        let length = end + 1 - position
        if text[position + 1] == UInt8(ascii: "#") {
            let isHexadecimal = text[position + 2] | 0x20 == UInt8(ascii: "x")
            let start = position + (isHexadecimal ? 3 : 2)
            let value = number(text, start, digits: end - start, radix: isHexadecimal ? 16 : 10)
            return value.flatMap { Unicode.Scalar($0) }.map { (.scalar($0), length) }
        }
        let name = text[(position + 1)..<end]
        for (known, byte) in namedEntities where name.elementsEqual(known) { return (.byte(byte), length) }
        return nil
    }

    private static let namedEntities: [(name: [UInt8], byte: UInt8)] = [
        (Array("amp".utf8), UInt8(ascii: "&")), (Array("lt".utf8), UInt8(ascii: "<")),
        (Array("gt".utf8), UInt8(ascii: ">")), (Array("quot".utf8), UInt8(ascii: "\"")),
        (Array("apos".utf8), UInt8(ascii: "'")),
    ]

    /// Parses exactly `digits` digits at `position`; returns nil if a digit is invalid.
    private static func number(
        _ text: UnsafeBufferPointer<UInt8>, _ position: Int, digits: Int, radix: UInt32 = 16
    ) -> UInt32? {
        guard digits > 0, digits <= 8, position + digits <= text.count else { return nil }
        var value: UInt32 = 0
        for byte in text[position..<(position + digits)] {
            guard let digit = byte.hexadecimalDigit, digit < radix else { return nil }
            value = value &* radix &+ UInt32(digit)
        }
        return value
    }
}
