// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// A small gzip body that inflates to a huge one: a single deflate block whose codes for a repetition of 258 bytes are
/// one bit long, so that each zero byte encodes four repetitions.
enum GzipBomb {
    /// The number of bytes that one byte of the block inflates to.
    static let bytesPerByte = 4 * 258

    /// Magic number, method, no flags, no time, no hints, unknown system.
    private static let header: [UInt8] = [0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF]
    /// The block's code table and its first byte, NUL.
    private static let table: [UInt8] = [
        0xEC, 0xC1, 0x01, 0x01, 0x00, 0x00, 0x00, 0x80, 0x90, 0xFE, 0xAF, 0xEE, 0x08, 0x0A,
    ]

    /// Returns a response with the bomb. The body has no valid end, because clients must stop reading before.
    static func response(inflatedBytes: Int) -> ListenerResponse {
        let length = inflatedBytes / bytesPerByte + 1
        return ListenerResponse(
            status: 200, headers: [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
            body: .stream(contentLength: header.count + table.count + length) { writer in
                try await writer.write(header + table)
                let piece = [UInt8](repeating: 0, count: 4096)
                for start in stride(from: 0, to: length, by: piece.count) {
                    try await writer.write(Array(piece.prefix(length - start)))
                }
            }
        )
    }
}
