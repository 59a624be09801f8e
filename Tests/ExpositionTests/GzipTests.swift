// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Exposition

@Suite("Compressed pages")
struct GzipTests {
    static let sizes = [0, 1, 2, 255, 65_534, 65_535, 65_536, 65_537, 131_072, 200_000]

    @Test("Runs of any length, whether they compress or not, inflate to themselves", arguments: sizes)
    func runs(size: Int) {
        var state: UInt64 = 1
        let noise = (0..<size).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        let even = [UInt8](repeating: 0x41, count: size)
        let deflater = Deflater()
        for (first, second) in [(noise, even), (even, noise), (noise, []), ([], even)] {
            var member = GzipMember()
            member.append(DeflatedBlock(first, deflater))
            member.append(DeflatedBlock(second, deflater))
            #expect(gunzip(bytes(member.finish())) == first + second)
        }
    }

    @Test("Runs that couldn't be compressed inflate to themselves", arguments: sizes)
    func stored(size: Int) {
        let plain = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var member = GzipMember()
        member.append(DeflatedBlock(stored: plain))
        member.append(DeflatedBlock(plain, Deflater()))
        member.append(DeflatedBlock(stored: plain))
        #expect(gunzip(bytes(member.finish())) == plain + plain + plain)
    }

    @Test("A damaged member is told from a whole one")
    func damaged() {
        var member = GzipMember()
        member.append(DeflatedBlock(Array("some text".utf8), Deflater()))
        let whole = bytes(member.finish())
        #expect(gunzip(whole) == Array("some text".utf8))
        #expect(gunzip(Array(whole.dropLast())) == nil)
        #expect(gunzip(whole + [0]) == nil)
        for place in whole.indices.suffix(8) {
            var bad = whole
            bad[place] ^= 1
            #expect(gunzip(bad) == nil)
        }
    }

    static let subjects = [0, 1, 300, 5_000]

    @Test("A compressed page inflates to the plain one", arguments: ExpositionFormat.allCases, subjects)
    func pages(format: ExpositionFormat, subjects: Int) async {
        let source = StubSource()
        source.set(
            fragments: (0..<subjects).map { Families.fragment(of: "subject-\($0)", scale: UInt64($0)) },
            live: subjects == 1 ? [] : [Families.liveFragment(7)])
        let cache = PageCache(catalogue: Families.catalogue, source: source)
        for _ in 0..<(subjects > 1_000 ? 1 : 2) {
            let plain = bytes(await cache.page(format, gzip: false))
            let compressed = bytes(await cache.page(format, gzip: true))
            #expect(gunzip(compressed) == plain)
            if subjects == 5_000 { #expect(plain.count > 2_000_000 && compressed.count < 500_000) }
        }
    }

    @Test("A page without families is an empty compressed page")
    func empty() async {
        let source = StubSource()
        let cache = PageCache(catalogue: Families.catalogue, source: source)
        #expect(gunzip(bytes(await cache.page(.text, gzip: true))) == [])
        #expect(gunzip(bytes(await cache.page(.openMetrics, gzip: true))) == Array("# EOF\n".utf8))
    }
}
