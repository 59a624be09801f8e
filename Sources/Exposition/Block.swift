// SPDX-License-Identifier: Apache-2.0
private import CZlib
private import Glibc

/// A part of a page: one family's lines of a few dozen workspaces, or the lines of several short families. Its text is
/// slices of fragments and headers, so comparing it needs no copy.
struct Block: Sendable {
    /// Where the block begins on the page, as ``PageLayout`` numbers positions.
    let position: Int
    /// The text, to compare it with the next one; empty for a block that is never reused.
    private let text: [ArraySlice<UInt8>]
    /// The bytes to send: the text, or raw deflate blocks that end on a byte boundary and do not end the stream, so
    /// that blocks compressed at different times can follow each other in one gzip member.
    private(set) var bytes: [UInt8] = []
    /// The CRC-32 of the text; 0 if it is not compressed.
    private(set) var checksum: UInt32 = 0
    /// The length of the text in bytes; 0 if it is not compressed.
    private(set) var count = 0

    /// Creates a block without text.
    init(at position: Int) {
        self.position = position
        text = []
    }

    /// Creates a block that is sent uncompressed.
    init(plain text: [ArraySlice<UInt8>], at position: Int = 0) {
        self.init(at: position)
        bytes = Self.join(text)
    }

    /// Creates a compressed block.
    /// - Parameters:
    ///   - deflater: compresses the text; nil stores it uncompressed.
    ///   - known: the previous block at this position; its bytes are reused if its text is the same.
    init(
        compressing text: [ArraySlice<UInt8>], at position: Int = 0, by deflater: Deflater?,
        unlessSameAs known: Block? = nil
    ) {
        self.position = position
        self.text = text
        if let known, known.hasText(text) {
            (bytes, checksum, count) = (known.bytes, known.checksum, known.count)
            return
        }
        let plain = Self.join(text)
        count = plain.count
        checksum = plain.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
        bytes = deflater?.deflate(plain) ?? Self.stored(plain)
    }

    /// Appends the bytes of another block.
    mutating func append(_ other: Block) {
        bytes += other.bytes
        checksum = UInt32(crc32_combine(UInt(checksum), UInt(other.checksum), other.count))
        count += other.count
    }

    /// Returns one gzip member (RFC 1952) of compressed blocks, in pieces to send in order.
    static func gzipMember(of blocks: [Block]) -> [[UInt8]] {
        // Magic, method deflate, no flags, no time, no extra flags, "unknown" system.
        var pieces: [[UInt8]] = [[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]]
        var checksum: UInt = 0
        var count = 0
        for block in blocks where block.count > 0 {
            pieces.append(block.bytes)
            checksum = crc32_combine(checksum, UInt(block.checksum), block.count)
            count += block.count
        }
        // An empty final block with fixed codes ends the stream; checksum and length follow, low byte first.
        var trailer: [UInt8] = [0x03, 0x00]
        for word in [UInt32(checksum), UInt32(truncatingIfNeeded: count)] {
            for shift in stride(from: 0, to: 32, by: 8) { trailer.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return pieces + [trailer]
    }

    private func hasText(_ other: [ArraySlice<UInt8>]) -> Bool {
        text.count == other.count
            && zip(text, other).allSatisfy { mine, theirs in
                mine.withUnsafeBytes { first in
                    theirs.withUnsafeBytes { second in
                        guard first.count == second.count else { return false }
                        guard let start = first.baseAddress, let otherStart = second.baseAddress else { return true }
                        return start == otherStart || memcmp(start, otherStart, first.count) == 0
                    }
                }
            }
    }

    private static func join(_ text: [ArraySlice<UInt8>]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.reduce(0) { $0 + $1.count })
        for lines in text { bytes += lines }
        return bytes
    }

    /// Returns `plain` as uncompressed deflate blocks, whose maximum length is 65,535 bytes.
    private static func stored(_ plain: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var offset = 0
        while offset < plain.count {
            let part = min(plain.count - offset, 65_535)
            let length = UInt16(part)
            output += [0, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
            output += plain[offset..<offset + part]
            offset += part
        }
        return output
    }
}
