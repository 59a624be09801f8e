// SPDX-License-Identifier: Apache-2.0
private import CZlib

/// A reusable compressor: creating one costs more than compressing a few kilobytes. It must not be used concurrently.
final class Deflater {
    /// Level 6 halves the size of a page compared to level 1, in twice the time; text is compressed once per change.
    private static let level: Int32 = 6

    /// Allocated, because zlib requires a stable address.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    /// Creates a compressor; nil if zlib cannot allocate its memory.
    init?() {
        // Negative window bits: raw deflate, neither header nor checksum.
        stream.initialize(to: z_stream())
        guard exporter_deflate_init(stream, Self.level, -15, 8) == Z_OK else { return nil }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Returns raw deflate blocks of `plain` that end on a byte boundary; nil if zlib fails.
    func deflate(_ plain: [UInt8]) -> [UInt8]? {
        guard deflateReset(stream) == Z_OK else { return nil }
        var output: [UInt8] = []
        var offset = 0
        repeat {
            // zlib counts in 32 bits, so long input is split.
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
                // Z_BUF_ERROR only means that there was nothing left to do.
                return code == Z_OK || code == Z_BUF_ERROR ? buffer.count - Int(stream.pointee.avail_out) : -1
            }
            guard produced >= 0 else { return false }
            output += chunk[..<produced]
        } while stream.pointee.avail_out == 0
        return true
    }
}
