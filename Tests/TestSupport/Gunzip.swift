// SPDX-License-Identifier: Apache-2.0
private import CZlib

/// Decompresses a gzip file with one member; returns nil if it is invalid or has trailing bytes.
public func gunzip(_ compressed: [UInt8]) -> [UInt8]? {
    let (plain, isWhole) = inflate(compressed)
    return isWhole ? plain : nil
}

/// Decompresses a truncated gzip file as far as possible.
public func gunzipStart(_ compressed: [UInt8]) -> [UInt8] { inflate(compressed).plain }

private func inflate(_ compressed: [UInt8]) -> (plain: [UInt8], isWhole: Bool) {
    var stream = z_stream()
    // 15 bits of window, plus 16: gzip's header and trailer, whose checksum and length zlib verifies.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        return ([], false)
    }
    defer { inflateEnd(&stream) }
    var plain: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    return compressed.withUnsafeBufferPointer { input in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        while true {
            let (code, produced) = chunk.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                let code = CZlib.inflate(&stream, Z_NO_FLUSH)
                return (code, buffer.count - Int(stream.avail_out))
            }
            plain += chunk[..<produced]
            if code == Z_STREAM_END { return (plain, stream.avail_in == 0) }
            guard code == Z_OK else { return (plain, false) }
        }
    }
}
