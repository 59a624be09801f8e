// SPDX-License-Identifier: Apache-2.0
private import CZlib

/// A run of bytes as raw deflate blocks that end on a byte boundary and do not end the stream, so that such runs,
/// compressed at different times, can stand one behind the other in one gzip member.
struct DeflatedBlock: Sendable {
    private(set) var bytes: [UInt8]
    private(set) var checksum: UInt32
    private(set) var count: Int

    /// No bytes yet.
    init() {
        bytes = []
        checksum = 0
        count = 0
    }

    /// The run compressed by `deflater`, or uncompressed where there is none or it fails.
    init(_ plain: [UInt8], _ deflater: Deflater?) {
        self.init(plain, bytes: deflater?.deflate(plain) ?? Self.stored(plain))
    }

    /// The run uncompressed.
    init(stored plain: [UInt8]) { self.init(plain, bytes: Self.stored(plain)) }

    private init(_ plain: [UInt8], bytes: [UInt8]) {
        count = plain.count
        checksum = plain.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
        self.bytes = bytes
    }

    /// What it says of its bytes, without them.
    var withoutBytes: DeflatedBlock {
        var block = self
        block.bytes = []
        return block
    }

    /// Puts another run behind this one.
    mutating func append(_ other: DeflatedBlock) {
        bytes += other.bytes
        checksum = Self.combine(checksum, other)
        count += other.count
    }

    /// The checksum of what has `checksum` with `block` behind it.
    static func combine(_ checksum: UInt32, _ block: DeflatedBlock) -> UInt32 {
        UInt32(crc32_combine(UInt(checksum), UInt(block.checksum), block.count))
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

/// A compressor that is kept, because making one costs more than compressing a few kilobytes. Not for two at a time.
final class Deflater {
    /// zlib's level 6 halves the page against level 1 at twice the time; text is compressed once per change.
    private static let level: Int32 = 6

    /// Where it is matters to zlib, which compares addresses.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    /// Nil where there is no memory for one.
    init?() {
        // Negative window bits: raw deflate, neither header nor checksum.
        stream.initialize(to: z_stream())
        guard exporter_deflate_init(stream, Self.level, -15, 8) == Z_OK else { return nil }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Nil where zlib fails.
    func deflate(_ plain: [UInt8]) -> [UInt8]? {
        guard deflateReset(stream) == Z_OK else { return nil }
        var output: [UInt8] = []
        var offset = 0
        repeat {
            // zlib counts in 32 bits, so long input goes in by parts.
            let part = min(plain.count - offset, 1 << 30)
            let isLast = offset + part == plain.count
            let succeeded = plain.withUnsafeBufferPointer { input in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + offset })
                stream.pointee.avail_in = UInt32(part)
                return drain(isLast ? Z_SYNC_FLUSH : Z_NO_FLUSH, into: &output)
            }
            guard succeeded else { return nil }
            offset += part
        } while offset < plain.count
        return output
    }

    private func drain(_ flush: Int32, into output: inout [UInt8]) -> Bool {
        repeat {
            let produced = chunk.withUnsafeMutableBufferPointer { buffer -> Int in
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(buffer.count)
                let code = CZlib.deflate(stream, flush)
                // Z_BUF_ERROR only says that there was nothing left to do.
                return code == Z_OK || code == Z_BUF_ERROR ? buffer.count - Int(stream.pointee.avail_out) : -1
            }
            guard produced >= 0 else { return false }
            output += chunk[..<produced]
        } while stream.pointee.avail_out == 0
        return true
    }
}

/// Joins deflated runs to one gzip member (RFC 1952).
struct GzipMember {
    // Magic, method deflate, no flags, no time, no extra flags, "unknown" system.
    private var pieces: [PagePiece] = [.bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])]
    private var checksum: UInt32 = 0
    private var count = 0

    mutating func append(_ block: DeflatedBlock) { append(block, in: [.bytes(block.bytes)]) }

    /// Appends a block whose bytes are in `pieces`.
    mutating func append(_ block: DeflatedBlock, in pieces: [PagePiece]) {
        guard block.count > 0 else { return }
        self.pieces += pieces
        checksum = count == 0 ? block.checksum : DeflatedBlock.combine(checksum, block)
        count += block.count
    }

    consuming func finish() -> [PagePiece] {
        // An empty final block with fixed codes ends the stream; checksum and length follow, low byte first.
        var trailer: [UInt8] = [0x03, 0x00]
        for word in [checksum, UInt32(truncatingIfNeeded: count)] {
            for shift in stride(from: 0, to: 32, by: 8) { trailer.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return pieces + [.bytes(trailer)]
    }
}
