// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Exposition

@Suite("Pages")
struct PageTests {
    static let fragments = [Families.fragment(of: "b\"\\\n"), Families.fragment(of: "a", scale: 2), Families.shared()]

    @Test("A page with families of all types matches the golden file", arguments: ExpositionFormat.allCases)
    func kinds(format: ExpositionFormat) throws {
        try goldens.check(Families.registry.render(format, fragments: Self.fragments), "kinds.\(format.suffix)")
    }

    @Test("A page without samples has no families", arguments: ExpositionFormat.allCases)
    func empty(format: ExpositionFormat) {
        let page = Families.registry.render(format, fragments: [])
        #expect(String(decoding: page, as: UTF8.self) == (format == .text ? "" : "# EOF\n"))
    }

    static let subjects = [0, 1, 300, 5_000]

    @Test("A compressed page inflates to the plain page", arguments: ExpositionFormat.allCases, subjects)
    func compressed(format: ExpositionFormat, subjects: Int) {
        let fragments = (0..<subjects).map { Families.fragment(of: "subject-\($0)", scale: UInt64($0)) }
        let live = subjects == 1 ? [] : [Families.liveFragment(7)]
        let layout = PageLayout(format, Families.registry.families, live: [Families.live.name])
        let pages = [false, true].map { Page(layout, gzip: $0) }
        for page in pages { page.update(to: 1, fragments, Deflater()) }
        let (plain, compressed) = (bytes(pages[0].pieces(live: live)), bytes(pages[1].pieces(live: live)))
        #expect(gunzip(compressed) == plain)
        if subjects == 5_000 { #expect(plain.count > 2_000_000 && compressed.count < 500_000) }
    }

    @Test("A page without families is a valid compressed page")
    func emptyCompressed() {
        for format in ExpositionFormat.allCases {
            let page = Page(PageLayout(format, []), gzip: true)
            page.update(to: 1, [], Deflater())
            #expect(gunzip(bytes(page.pieces(live: []))) == format.trailer)
        }
    }

    @Test("After a change only the blocks of a few dozen subjects are compressed again")
    func neighbors() {
        var fragments = (0..<192 * 20).map { Families.fragment(of: "subject-\($0)") }
        let page = Page(PageLayout(.text, Families.registry.families), gzip: true)
        page.update(to: 1, fragments, Deflater())
        let before = bytes(page.pieces(live: [])).count
        fragments[777] = Families.fragment(of: "subject-777", scale: 2)
        // Without a compressor, blocks that are compressed again are stored.
        page.update(to: 2, fragments, nil)
        let member = bytes(page.pieces(live: []))
        let plain = Families.registry.render(.text, fragments: fragments)
        #expect(gunzip(member) == plain)
        let added = member.count - before
        #expect(added > 0 && added < plain.count / 15)
        page.update(
            to: 3, fragments.map { Fragment(labels: $0.labels, bytes: Array($0.bytes), sections: $0.sections) }, nil)
        #expect(bytes(page.pieces(live: [])) == member)
    }

    @Test("A live family is compressed again only after a change, a short one never")
    func live() {
        func fragment(_ value: Int64, lines: Int) -> Fragment {
            var builder = FragmentBuilder()
            builder.add(Families.live) { writer in
                for line in 0..<lines { writer.sample(.integer(value), ["l": "\(line)"]) }
            }
            return builder.build()
        }
        let layout = PageLayout(.openMetrics, Families.registry.families, live: [Families.live.name])
        let page = Page(layout, gzip: true)
        page.update(to: 1, [Families.shared()], Deflater())
        func storage(_ fragment: Fragment) -> UInt {
            let pieces = page.pieces(live: [fragment])
            let expected = Families.registry.render(.openMetrics, fragments: [Families.shared(), fragment])
            #expect(gunzip(bytes(pieces)) == expected)
            return pieces[2].withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        }
        let first = storage(fragment(1, lines: 100))
        #expect(storage(fragment(1, lines: 100)) == first)
        page.update(to: 2, [Families.shared()], Deflater())
        #expect(storage(fragment(1, lines: 100)) == first)
        _ = storage(fragment(2, lines: 100))
        let short = fragment(2, lines: 1)
        _ = storage(short)
        #expect(page.pieces(live: [short])[2].suffix(short.bytes.count).elementsEqual(short.bytes))
    }

    @Test("Families are contiguous, sorted by name, with the same sample lines in both formats")
    func order() {
        let pages = ExpositionFormat.allCases.map { format in
            String(decoding: Families.registry.render(format, fragments: Self.fragments), as: UTF8.self)
                .split(separator: "\n")
        }
        for page in pages {
            let names = page.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
            #expect(names == names.sorted() && Set(names).count == names.count)
        }
        let samples = pages.map { page in page.filter { !$0.hasPrefix("#") } }
        #expect(samples[0] != samples[1])
        #expect(samples[0].sorted() == samples[1].sorted())
    }

    @Test("Samples of families that are not in the registry are omitted")
    func unknown() {
        let registry = MetricRegistry([.init("One", [Families.between])])
        #expect(
            String(decoding: registry.render(.text, fragments: Self.fragments), as: UTF8.self) == """
                # HELP t_requests_early Between.
                # TYPE t_requests_early gauge
                t_requests_early 0.5

                """)
    }

    static let names: [(kind: MetricFamily.Kind, name: String, openMetrics: String, unit: MetricFamily.Unit?)] = [
        (.counter, "a_total", "a", nil), (.counter, "a_seconds_total", "a_seconds", .seconds),
        (.counter, "a_bytes_total", "a_bytes", .bytes), (.counter, "a", "a", nil),
        (.gauge, "a_seconds", "a_seconds", .seconds), (.gauge, "a_info", "a_info", nil),
        (.gauge, "a_milliseconds", "a_milliseconds", nil), (.gauge, "seconds", "seconds", nil),
        (.info, "a_info", "a", nil), (.info, "a", "a", nil), (.info, "a_seconds_info", "a_seconds", .seconds),
        (.histogram, "a_seconds", "a_seconds", .seconds),
    ]

    @Test("OpenMetrics names omit the type's suffix, and the unit follows from the name", arguments: names)
    func name(kind: MetricFamily.Kind, name: String, openMetrics: String, unit: MetricFamily.Unit?) {
        let family = MetricFamily(kind, name, labels: [], help: "X.")
        #expect(family.openMetricsName == openMetrics)
        #expect(family.unit == unit)
    }

    @Test("Content types match the metric contract")
    func contentTypes() {
        #expect(ExpositionFormat.text.contentType == "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
        #expect(
            ExpositionFormat.openMetrics.contentType
                == "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores")
    }
}
