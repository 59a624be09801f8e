// SPDX-License-Identifier: Apache-2.0

/// A text that many rows share: a type, a status, a specification code. What is as short as all documented ones are is
/// held in place, so that making, copying, comparing and hashing one touches no other memory; text is made of it when it
/// is written. Two words are equal if they are spelled with the same bytes.
@frozen
public struct Word: Sendable {
    @frozen
    @usableFromInline
    enum Form: Sendable, Equatable {
        /// Up to 32 bytes, padded with zeros.
        case short(UInt64, UInt64, UInt64, UInt64)
        /// Anything longer, or with a zero in it.
        case long([UInt8])
    }

    @usableFromInline let form: Form

    /// The word spelled by these bytes of UTF-8.
    @inlinable
    public init(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        if let short = Spelling(bytes) {
            form = .short(short.a, short.b, short.c, short.d)
        } else {
            form = .long(Array(bytes))
        }
    }

    /// The bytes in place; nil for a longer word.
    @inlinable
    public var spelling: Spelling? {
        if case .short(let a, let b, let c, let d) = form { Spelling(a: a, b: b, c: c, d: d) } else { nil }
    }

    /// The word spelled `text`.
    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { bytes in
            bytes.contains(0) ? Word(form: .long(Array(bytes))) : Word(utf8: bytes)
        }
    }

    /// The word of a spelling.
    @inlinable
    public init(_ spelling: Spelling) { form = .short(spelling.a, spelling.b, spelling.c, spelling.d) }

    private init(form: Form) { self.form = form }

    /// The text.
    public var text: String {
        switch form {
        case .short(let a, let b, let c, let d):
            withUnsafeBytes(of: (a, b, c, d)) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
        case .long(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}

extension Word: Hashable {
    /// Whether the bytes are equal.
    @inlinable
    public static func == (left: Word, right: Word) -> Bool {
        switch (left.form, right.form) {
        case (.short(let a, let b, let c, let d), .short(let e, let f, let g, let h)):
            (a ^ e) | (b ^ f) | (c ^ g) | (d ^ h) == 0
        case (.long(let left), .long(let right)): left == right
        default: false
        }
    }

    /// See `Hashable`.
    public func hash(into hasher: inout Hasher) {
        switch form {
        case .short(let a, let b, let c, let d):
            hasher.combine(a)
            hasher.combine(b)
            hasher.combine(c)
            hasher.combine(d)
        case .long(let bytes): hasher.combine(bytes)
        }
    }
}

extension Word: Comparable {
    /// Orders words by their bytes.
    public static func < (left: Word, right: Word) -> Bool {
        switch (left.form, right.form) {
        case (.short(let a, let b, let c, let d), .short(let e, let f, let g, let h)):
            (a.bigEndian, b.bigEndian, c.bigEndian, d.bigEndian)
                < (e.bigEndian, f.bigEndian, g.bigEndian, h.bigEndian)
        default: left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        }
    }
}

extension Word: ExpressibleByStringLiteral, CustomStringConvertible {
    /// The word spelled `value`.
    public init(stringLiteral value: String) { self.init(value) }

    /// The text.
    public var description: String { text }
}
