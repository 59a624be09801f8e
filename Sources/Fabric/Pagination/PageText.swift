// SPDX-License-Identifier: Apache-2.0

/// A text where it stands in a page: bytes of UTF-8 that belong to whoever reads the page, and that are gone when the next
/// one is read. Whoever keeps it makes a `String` of it. Absent and empty mean the same, as everywhere in
/// this API.
@frozen
public struct PageText {
    /// The bytes.
    public let bytes: UnsafeBufferPointer<UInt8>

    /// The text spelled by `bytes`, which must stay where they are for as long as it is used.
    @inlinable
    public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// No text.
    @inlinable
    public static var none: PageText { PageText(UnsafeBufferPointer(start: nil, count: 0)) }

    /// Whether there is none.
    @inlinable
    public var isEmpty: Bool { bytes.isEmpty }

    /// The text to keep; nil where there is none.
    public var string: String? { isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
}
