// SPDX-License-Identifier: Apache-2.0
private import CZlib

/// A run of bytes as raw deflate blocks that end on a byte boundary and do not end the stream, so that such runs,
/// compressed at different times, can stand one behind the other in one gzip member.
struct DeflatedBlock: Sendable {
    let bytes: [UInt8]
    let checksum: UInt32
    let count: Int

    /// zlib's level 6 halves the page against level 1 at twice the time; pages are compressed once per change.
    private static let level: Int32 = 6

    init(_ plain: [UInt8]) { self.init(plain, bytes: Self.deflate(plain) ?? Self.stored(plain)) }

    /// The run uncompressed: what is left when zlib has no memory for a stream.
    init(stored plain: [UInt8]) { self.init(plain, bytes: Self.stored(plain)) }

    private init(_ plain: [UInt8], bytes: [UInt8]) {
        count = plain.count
        checksum = plain.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
        self.bytes = bytes
    }

    private static func deflate(_ plain: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // Negative window bits: raw deflate, neither header nor checksum.
        guard exporter_deflate_init(&stream, level, -15, 8) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var offset = 0
        repeat {
            // zlib counts in 32 bits, so long input goes in by parts.
            let part = min(plain.count - offset, 1 << 30)
            let isLast = offset + part == plain.count
            let succeeded = plain.withUnsafeBufferPointer { input -> Bool in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + offset })
                stream.avail_in = UInt32(part)
                repeat {
                    let produced = chunk.withUnsafeMutableBufferPointer { buffer -> Int in
                        stream.next_out = buffer.baseAddress
                        stream.avail_out = UInt32(buffer.count)
                        let code = CZlib.deflate(&stream, isLast ? Z_SYNC_FLUSH : Z_NO_FLUSH)
                        // Z_BUF_ERROR only says that there was nothing left to do.
                        return code == Z_OK || code == Z_BUF_ERROR ? buffer.count - Int(stream.avail_out) : -1
                    }
                    guard produced >= 0 else { return false }
                    output += chunk[..<produced]
                } while stream.avail_out == 0
                return true
            }
            guard succeeded else { return nil }
            offset += part
        } while offset < plain.count
        return output
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

/// Joins deflated runs to one gzip member (RFC 1952).
struct GzipMember {
    // Magic, method deflate, no flags, no time, no extra flags, "unknown" system.
    private var pieces: [[UInt8]] = [[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]]
    private var checksum: UInt32 = 0
    private var count = 0

    mutating func append(_ block: DeflatedBlock) {
        guard block.count > 0 else { return }
        pieces.append(block.bytes)
        checksum = UInt32(crc32_combine(UInt(checksum), UInt(block.checksum), block.count))
        count += block.count
    }

    consuming func finish() -> [[UInt8]] {
        // An empty final block with fixed codes ends the stream; checksum and length follow, low byte first.
        var trailer: [UInt8] = [0x03, 0x00]
        for word in [checksum, UInt32(truncatingIfNeeded: count)] {
            for shift in stride(from: 0, to: 32, by: 8) { trailer.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return pieces + [trailer]
    }
}
