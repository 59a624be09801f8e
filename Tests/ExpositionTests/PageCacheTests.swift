// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestSupport
import Testing

@testable import Exposition

@Suite("Page cache")
struct PageCacheTests {
    @Test("While nothing changes, a page is rendered once per format and encoding")
    func cached() async {
        let source = StubSource()
        source.set(fragments: [Families.fragment(of: "a")])
        let cache = PageCache(registry: Families.registry, source: source)
        for _ in 0..<5 {
            for format in ExpositionFormat.allCases {
                for gzip in [false, true] { _ = await cache.page(format, gzip: gzip) }
            }
        }
        #expect(source.renderings == 4)
        #expect(source.liveRenderings == 20)
    }

    @Test("After a change, concurrent scrapes render the new page once")
    func changed() async {
        let source = StubSource()
        source.set(fragments: [Families.fragment(of: "a")])
        let cache = PageCache(registry: Families.registry, source: source)
        let before = text(await cache.page(.text, gzip: false))
        source.set(fragments: [Families.fragment(of: "b")])
        let pages = await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { text(await cache.page(.text, gzip: false)) } }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(pages == [before.replacing(#"subject="a""#, with: #"subject="b""#)])
        #expect(source.renderings == 2)
    }

    @Test("Live families are rendered at each scrape, in order with the others", arguments: ExpositionFormat.allCases)
    func live(format: ExpositionFormat) async {
        let source = StubSource()
        let fixed = [Families.fragment(of: "a"), Families.shared()]
        source.set(fragments: fixed)
        let cache = PageCache(registry: Families.registry, source: source)
        for value in [1, 2, 3] as [UInt64] {
            source.set(live: [Families.liveFragment(value)])
            let expected = Families.registry.render(format, fragments: fixed + [Families.liveFragment(value)])
            #expect(bytes(await cache.page(format, gzip: false)) == expected)
            #expect(gunzip(bytes(await cache.page(format, gzip: true))) == expected)
        }
        #expect(source.renderings == 2)
    }

    @Test("Both encodings equal a newly rendered page, however subjects change", arguments: [1, 40, 300])
    func changing(subjects count: Int) async {
        let source = StubSource()
        let cache = PageCache(registry: Families.registry, source: source)
        var revisions = Array(repeating: UInt64(1), count: count)
        var random: UInt64 = 7
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        for step in 0..<20 {
            let fragments = revisions.enumerated().map { subject, revision in
                Families.fragment(of: "subject-\(subject)", scale: revision)
            }
            source.set(fragments: fragments, live: step % 5 == 0 ? [] : [Families.liveFragment(UInt64(step / 2))])
            for format in ExpositionFormat.allCases {
                let expected = Families.registry.render(format, fragments: fragments + source.liveFragments())
                #expect(bytes(await cache.page(format, gzip: false)) == expected)
                #expect(gunzip(bytes(await cache.page(format, gzip: true))) == expected)
            }
            if step == 10, count > 1 { revisions.remove(at: next(count)) }
            revisions[next(revisions.count)] += 1
        }
    }

    @Test("A page that is no longer requested is dropped and rendered again on request")
    func idle() async {
        let source = StubSource()
        source.set(fragments: [Self.longFragment()])
        let cache = PageCache(registry: Families.registry, source: source)
        let first = Self.storages(await cache.page(.text, gzip: false))
        #expect(Self.storages(await cache.page(.text, gzip: false)) == first)
        for step in 0..<110 {
            source.set(fragments: [Families.fragment(of: "a", scale: UInt64(step))])
            _ = await cache.page(.text, gzip: true)
            if step == 50 { #expect(cache.pages.withLock { $0.count } == 2) }
        }
        #expect(cache.pages.withLock { $0.count } == 1)
        let expected = Families.registry.render(.text, fragments: source.fragments())
        #expect(bytes(await cache.page(.text, gzip: false)) == expected)
    }

    private static func longFragment() -> Fragment {
        var builder = FragmentBuilder(labels: [Label("workspace_id", "w1")])
        builder.add(Families.gauge) { writer in
            for number in 0..<12_000 {
                writer.sample(
                    .integer(Int64(number)), ["subject": "s", "l": "\(UInt64(number) &* 0x9E37_79B9_7F4A_7C15)"])
            }
        }
        return builder.build()
    }

    /// The addresses of long pieces.
    private static func storages(_ pieces: [[UInt8]]?) -> Set<UInt> {
        Set((pieces ?? []).filter { $0.count > 1_000 }.map { $0.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } })
    }

    @Test("Readers of a selected page share its bytes until it changes", arguments: [false, true])
    func selected(gzip: Bool) {
        let source = StubSource()
        let selection = PageSelection(workspaceIDs: ["w1"])
        source.set(fragments: [Self.longFragment()])
        let cache = PageCache(registry: Families.registry, source: source)
        let pages = (0..<400).map { _ in cache.page(.text, gzip: gzip, selecting: selection) }
        let first = Self.storages(pages[0])
        #expect(first.count == 1 && pages.allSatisfy { Self.storages($0) == first })
        #expect(source.renderings == 1)
        let other = cache.page(.openMetrics, gzip: gzip, selecting: selection)
        #expect(Self.storages(other).count == 1 && Self.storages(other) != first)
        source.set(fragments: [Self.longFragment()])
        #expect(Self.storages(cache.page(.text, gzip: gzip, selecting: selection)) != first)
        withExtendedLifetime((pages, other)) {}
    }

    @Test("At most four selected pages are cached, and none after a change")
    func fewSelected() {
        let source = StubSource()
        source.set(fragments: [Self.longFragment()])
        let cache = PageCache(registry: Families.registry, source: source)
        for number in 0..<20 {
            _ = cache.page(.text, gzip: false, selecting: PageSelection(workspaceIDs: ["w1", "\(number)"]))
            #expect(cache.selected.withLock { $0.count } == number % 4 + 1)
        }
        source.set(fragments: [])
        #expect(cache.page(.text, gzip: false, selecting: PageSelection(workspaceIDs: ["w1"])) == nil)
        #expect(cache.selected.withLock { $0.count } == 0)
    }
}
