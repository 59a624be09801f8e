// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Exposition

@Suite("Page blocks")
struct BlockTests {
    static let sizes = [0, 1, 2, 255, 65_534, 65_535, 65_536, 65_537, 131_072, 200_000]

    private static func member(_ blocks: Block...) -> [UInt8] { bytes(Block.gzipMember(of: blocks)) }

    @Test("Compressed texts of any length inflate to the original", arguments: sizes)
    func compressed(size: Int) {
        var state: UInt64 = 1
        let noise = (0..<size).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        let even = [UInt8](repeating: 0x41, count: size)
        let deflater = Deflater()
        for (first, second) in [(noise, even), (even, noise), (noise, []), ([], even)] {
            let blocks = [first, second].map { Block(compressing: [$0[...]], by: deflater) }
            #expect(gunzip(Self.member(blocks[0], blocks[1])) == first + second)
            var joined = Block(at: 0)
            for block in blocks { joined.append(block) }
            #expect(gunzip(Self.member(joined)) == first + second)
        }
    }

    @Test("Stored texts of any length inflate to the original", arguments: sizes)
    func stored(size: Int) {
        let plain = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let stored = Block(compressing: [plain[...]], by: nil)
        let member = Self.member(stored, Block(compressing: [plain[...]], by: Deflater()), stored)
        #expect(gunzip(member) == plain + plain + plain)
    }

    @Test("A text of several slices is compressed again only if it changes")
    func reused() {
        let lines = [[UInt8](repeating: 0x41, count: 1_000), [UInt8](repeating: 0x42, count: 1_000)]
        let first = Block(compressing: lines.map { $0[...] }, by: Deflater())
        #expect(first.count == 2_000 && first.bytes.count < 100)
        // Without a compressor, a text that is compressed again is stored.
        let same = Block(compressing: lines.map { Array($0)[...] }, by: nil, unlessSameAs: first)
        #expect(same.bytes == first.bytes && same.checksum == first.checksum && same.count == first.count)
        for other in [[lines[0]], [lines[1], lines[0]], [lines[0], lines[1] + [0x42]], [lines[0], lines[1], []]] {
            let block = Block(compressing: other.map { $0[...] }, by: nil, unlessSameAs: first)
            #expect(gunzip(Self.member(block)) == Array(other.joined()))
            #expect(block.bytes.count > block.count)
        }
    }

    @Test("A damaged gzip member is detected")
    func damaged() {
        let whole = Self.member(Block(compressing: [Array("some text".utf8)[...]], by: Deflater()))
        #expect(gunzip(whole) == Array("some text".utf8))
        #expect(gunzip(Array(whole.dropLast())) == nil)
        #expect(gunzip(whole + [0]) == nil)
        for index in whole.indices.suffix(8) {
            var bad = whole
            bad[index] ^= 1
            #expect(gunzip(bad) == nil)
        }
    }
}
