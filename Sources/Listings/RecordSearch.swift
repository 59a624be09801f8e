// SPDX-License-Identifier: Apache-2.0

/// A text to search for in records, ignoring case.
public struct RecordSearch: Sendable {
    /// The text in lowercase, in UTF-8.
    private let text: [UInt8]
    /// Whether the text has letters with case that are not ASCII.
    private let hasOtherCasedLetters: Bool
    /// Whether the text can be part of an id of hexadecimal digits.
    let canMatchDigits: Bool

    /// Creates a search. An empty text is found everywhere.
    public init(_ text: String) {
        let lowercased = text.lowercased()
        self.text = Array(lowercased.utf8)
        hasOtherCasedLetters = lowercased.unicodeScalars.contains { !$0.isASCII && $0.properties.isCased }
        canMatchDigits = lowercased.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
                || $0 == UInt8(ascii: "-")
        }
    }

    /// Returns whether a text in UTF-8 contains this one.
    func matches(_ other: UnsafeRawBufferPointer) -> Bool {
        if Self.contains(other, text) { return true }
        // Most names are ASCII or Chinese, so lowercasing all of them would only cost time.
        guard hasOtherCasedLetters, other.contains(where: { $0 >= 0x80 }) else { return false }
        var lowercased = String(decoding: other, as: UTF8.self).lowercased()
        return lowercased.withUTF8 { Self.contains(UnsafeRawBufferPointer($0), text) }
    }

    /// Returns whether `other` contains `text`, which is in lowercase, ignoring the case of ASCII letters.
    private static func contains(_ other: UnsafeRawBufferPointer, _ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { text in
            guard let first = text.first else { return true }
            guard other.count >= text.count else { return false }
            for start in 0...other.count - text.count where lowercase(other[start]) == first {
                var length = 1
                while length < text.count, lowercase(other[start + length]) == text[length] { length += 1 }
                if length == text.count { return true }
            }
            return false
        }
    }

    @inline(__always)
    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
