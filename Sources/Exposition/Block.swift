// SPDX-License-Identifier: Apache-2.0
private import CZlib
private import Glibc

/// A stretch of a page: one family's lines of a few dozen workspaces, or those of several families where they are short.
/// Its text lies in fragments and headers and is not copied to be compared.
struct Block: Sendable {
    /// Where it begins on the page, in ``PageLayout``'s order.
    let place: Int
    /// The text, as long as the block may be reused.
    private let text: [ArraySlice<UInt8>]
    /// What is sent: the text, or raw deflate blocks that end on a byte boundary and do not end the stream, so that blocks
    /// compressed at different times can follow each other in one gzip member.
    private(set) var bytes: [UInt8] = []
    /// The CRC-32 and the length of the text; 0 where it is not compressed.
    private(set) var checksum: UInt32 = 0
    private(set) var count = 0

    /// A block without text.
    init(at place: Int) {
        self.place = place
        text = []
    }

    /// A block that is sent as it is.
    init(plain text: [ArraySlice<UInt8>], at place: Int = 0) {
        self.init(at: place)
        bytes = Self.join(text)
    }

    /// A compressed block.
    /// - Parameters:
    ///   - deflater: nil: the text is stored uncompressed.
    ///   - known: is reused where its text is the same.
    init(
        compressing text: [ArraySlice<UInt8>], at place: Int = 0, by deflater: Deflater?,
        unlessSameAs known: Block? = nil
    ) {
        self.place = place
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

    /// Adds what is sent of another block.
    mutating func append(_ other: Block) {
        bytes += other.bytes
        checksum = UInt32(crc32_combine(UInt(checksum), UInt(other.checksum), other.count))
        count += other.count
    }

    /// One gzip member (RFC 1952) of compressed blocks, in pieces to be sent one after the other.
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

    /// Stored blocks, each of at most 65,535 bytes.
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
