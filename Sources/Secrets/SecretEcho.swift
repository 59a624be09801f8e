// SPDX-License-Identifier: Apache-2.0

/// Recognises a secret in what a service echoes. Bytes are compared, not characters: a combining mark after the secret
/// would make another one of its last.
struct SecretEcho {
    /// Bytes of the secret that the text begins with.
    private(set) var secretBytes = 0
    /// Bytes of the text that spell them.
    private(set) var textBytes = 0

    /// How far `text` begins like `secret`, as it stands or as JSON spells it, whichever is further.
    static func longest(of secret: [UInt8], in text: ArraySlice<UInt8>) -> SecretEcho {
        guard let first = text.first, first == secret.first || first == UInt8(ascii: "\\") else { return SecretEcho() }
        var plain = SecretEcho()
        while plain.takeByte(of: secret, text) {}
        guard plain.secretBytes < secret.count else { return plain }
        // A request's body that comes back has its secrets escaped: quotes, and maybe all that is not ASCII.
        var escaped = SecretEcho()
        while escaped.takeEscape(of: secret, text) || escaped.takeByte(of: secret, text) {}
        return escaped.secretBytes > plain.secretBytes ? escaped : plain
    }

    private mutating func takeByte(of secret: [UInt8], _ text: ArraySlice<UInt8>) -> Bool {
        let position = text.startIndex + textBytes
        guard secretBytes < secret.count, position < text.endIndex, text[position] == secret[secretBytes] else {
            return false
        }
        secretBytes += 1
        textBytes += 1
        return true
    }

    private mutating func takeEscape(of secret: [UInt8], _ text: ArraySlice<UInt8>) -> Bool {
        let rest = text.dropFirst(textBytes)
        guard secretBytes < secret.count, rest.first == UInt8(ascii: "\\"), let escape = Self.escape(rest) else {
            return false
        }
        guard secret[secretBytes...].starts(with: escape.meaning) else { return false }
        secretBytes += escape.meaning.count
        textBytes += escape.length
        return true
    }

    /// What the JSON escape at the beginning of `text` means, in UTF-8, and how long it is.
    private static func escape(_ text: ArraySlice<UInt8>) -> (meaning: [UInt8], length: Int)? {
        guard let kind = text.dropFirst().first else { return nil }
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return ([kind], 2)
        case UInt8(ascii: "b"): return ([0x08], 2)
        case UInt8(ascii: "f"): return ([0x0C], 2)
        case UInt8(ascii: "n"): return ([0x0A], 2)
        case UInt8(ascii: "r"): return ([0x0D], 2)
        case UInt8(ascii: "t"): return ([0x09], 2)
        case UInt8(ascii: "u"):
            guard let high = unit(text) else { return nil }
            if let scalar = Unicode.Scalar(high) { return (Array(String(Character(scalar)).utf8), 6) }
            // Beyond the first plane JSON needs a pair.
            guard (0xD800..<0xDC00).contains(high), let low = unit(text.dropFirst(6)), (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            else { return nil }
            return (Array(String(Character(scalar)).utf8), 12)
        default: return nil
        }
    }

    private static func unit(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard text.count >= 6, text.starts(with: "\\u".utf8) else { return nil }
        return UInt32(String(decoding: text.dropFirst(2).prefix(4), as: UTF8.self), radix: 16)
    }
}
