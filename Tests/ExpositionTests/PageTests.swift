// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Exposition

@Suite("Pages")
struct PageTests {
    static let fragments = [Families.fragment(of: "b\"\\\n"), Families.fragment(of: "a", scale: 2), Families.shared()]

    @Test("A page of families of all kinds is the golden text", arguments: ExpositionFormat.allCases)
    func kinds(format: ExpositionFormat) throws {
        try goldens.check(Families.catalogue.render(format, fragments: Self.fragments), "kinds.\(format.suffix)")
    }

    @Test("A page without samples has no families", arguments: ExpositionFormat.allCases)
    func empty(format: ExpositionFormat) {
        let page = Families.catalogue.render(format, fragments: [])
        #expect(String(decoding: page, as: UTF8.self) == (format == .text ? "" : "# EOF\n"))
    }

    @Test("Families are sorted by the format's own name, whole, and with the same sample lines")
    func order() {
        let pages = ExpositionFormat.allCases.map { format in
            String(decoding: Families.catalogue.render(format, fragments: Self.fragments), as: UTF8.self)
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

    @Test("Samples of families that no catalogue has are not served")
    func unknown() {
        let catalogue = Catalogue([.init("One", [Families.between])])
        #expect(
            String(decoding: catalogue.render(.text, fragments: Self.fragments), as: UTF8.self) == """
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

    @Test("OpenMetrics leaves the suffix to the samples, and a name tells its unit", arguments: names)
    func name(kind: MetricFamily.Kind, name: String, openMetrics: String, unit: MetricFamily.Unit?) {
        let family = MetricFamily(kind, name, labels: [], help: "X.")
        #expect(family.openMetricsName == openMetrics)
        #expect(family.unit == unit)
    }

    @Test("The content types are those of the contract")
    func contentTypes() {
        #expect(ExpositionFormat.text.contentType == "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
        #expect(
            ExpositionFormat.openMetrics.contentType
                == "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores")
    }
}
