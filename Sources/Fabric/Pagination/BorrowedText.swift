// SPDX-License-Identifier: Apache-2.0

/// UTF-8 text borrowed from a page, valid only until the next page is read; ``string`` is a copy to keep. Absent and
/// empty mean the same, as everywhere in this API.
@frozen
public struct BorrowedText {
    /// The text's UTF-8 bytes.
    public let bytes: UnsafeBufferPointer<UInt8>

    /// Creates a text that refers to `bytes`, which must outlive it.
    @inlinable
    public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The empty text.
    @inlinable
    public static var none: BorrowedText { BorrowedText(UnsafeBufferPointer(start: nil, count: 0)) }

    /// Whether the text is empty or absent.
    @inlinable
    public var isEmpty: Bool { bytes.isEmpty }

    /// A copy of the text; nil if it is empty.
    public var string: String? { isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
}
