// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Exposition

@Suite("The cache of pages")
struct PageCacheTests {
    @Test("While nothing changes a page is put together once for each format")
    func cached() async {
        let source = StubSource()
        source.set(fragments: [Families.fragment(of: "a")])
        let cache = PageCache(catalogue: Families.catalogue, source: source)
        for _ in 0..<5 {
            for format in ExpositionFormat.allCases {
                for gzip in [false, true] { _ = await cache.page(format, gzip: gzip) }
            }
        }
        #expect(source.renderings == 2)
        #expect(source.liveRenderings == 20)
    }

    @Test("A change is served, and put together once for all who scrape at that moment")
    func changed() async {
        let source = StubSource()
        source.set(fragments: [Families.fragment(of: "a")])
        let cache = PageCache(catalogue: Families.catalogue, source: source)
        let before = text(await cache.page(.text, gzip: false))
        source.set(fragments: [Families.fragment(of: "b")])
        let pages = await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { text(await cache.page(.text, gzip: false)) } }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(pages == [before.replacing(#"subject="a""#, with: #"subject="b""#)])
        #expect(source.renderings == 2)
    }

    @Test("Live families are new at each scrape, in their place among the others", arguments: ExpositionFormat.allCases)
    func live(format: ExpositionFormat) async {
        let source = StubSource()
        let fixed = [Families.fragment(of: "a"), Families.shared()]
        source.set(fragments: fixed)
        let cache = PageCache(catalogue: Families.catalogue, source: source)
        for value in [1, 2, 3] as [UInt64] {
            source.set(live: [Families.liveFragment(value)])
            let expected = Families.catalogue.render(format, fragments: fixed + [Families.liveFragment(value)])
            #expect(text(await cache.page(format, gzip: false)) == String(decoding: expected, as: UTF8.self))
        }
        #expect(source.renderings == 1)
    }

    @Test("Live families that stand side by side are rendered together")
    func neighbours() async {
        let families = ["t_a", "t_b", "t_c", "t_d"].map { MetricFamily(.gauge, $0, labels: [], help: "T.") }
        var builder = FragmentBuilder()
        for family in families.reversed() { builder.add(family, .integer(1)) }
        let fragment = builder.build()
        let source = StubSource(live: [families[1], families[2]])
        source.set(fragments: [fragment], live: [fragment])
        let catalogue = Catalogue([.init("T", families)])
        let pieces = await PageCache(catalogue: catalogue, source: source).page(.openMetrics, gzip: false)
        #expect(bytes(pieces) == catalogue.render(.openMetrics, fragments: [fragment]))
        #expect(pieces.count == 3)
    }
}
