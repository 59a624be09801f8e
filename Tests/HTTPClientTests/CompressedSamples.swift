// SPDX-License-Identifier: Apache-2.0

/// Compressed bodies, valid and malicious.
enum CompressedSamples {
    /// The decoded text of ``gzip`` and ``deflate``.
    static let text = #"{"endpoints":[],"total":0}"#

    static let gzip: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0xcd, 0x4b, 0x29,
        0xc8, 0xcf, 0xcc, 0x2b, 0x29, 0x56, 0xb2, 0x8a, 0x8e, 0xd5, 0x51, 0x2a, 0xc9, 0x2f, 0x49, 0xcc,
        0x51, 0xb2, 0x32, 0xa8, 0x05, 0x00, 0xe5, 0x08, 0x08, 0xff, 0x1a, 0x00, 0x00, 0x00,
    ]

    static let deflate: [UInt8] = [
        0x78, 0x9c, 0xab, 0x56, 0x4a, 0xcd, 0x4b, 0x29, 0xc8, 0xcf, 0xcc, 0x2b, 0x29, 0x56, 0xb2, 0x8a,
        0x8e, 0xd5, 0x51, 0x2a, 0xc9, 0x2f, 0x49, 0xcc, 0x51, 0xb2, 0x32, 0xa8, 0x05, 0x00, 0x7e, 0xad,
        0x09, 0x01,
    ]

    /// The start of an endless gzip stream of zeros: header, a block with fixed codes, one zero and a match of length
    /// 258, which ends at a byte boundary.
    static let bombStart: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255] + packed([1, 1, 0] + zero + repetition)

    /// The continuation of the stream, which can be repeated: every 13 bytes decode to 2,064 zeros.
    static let bombRepeat: [UInt8] = (0..<1_000).flatMap { _ in packed((0..<8).flatMap { _ in repetition }) }

    private static let zero: [UInt8] = [0, 0, 1, 1, 0, 0, 0, 0]
    private static let repetition: [UInt8] = [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0]

    /// Packs bits into bytes in stream order, the lowest bit first.
    private static func packed(_ bits: [UInt8]) -> [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | $1.element << $1.offset }
        }
    }
}
