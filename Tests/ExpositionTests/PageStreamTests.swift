// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Exposition

@Suite("Pages, written")
struct PageStreamTests {
    /// A subject that is rendered late, and has the samples of a fragment.
    private struct Late: RenderedSubject {
        let samples: Int

        func write(_ family: MetricFamily, to lines: inout SampleLines) {
            guard family == Families.gauge else { return }
            lines.begin(family, [Label("subject", "late")])
            for sample in 0..<samples { lines.sample(.integer(Int64(sample))) }
        }
    }

    private static func written(_ format: ExpositionFormat, _ parts: [PagePart]) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        Families.catalogue.write(format, parts) { blocks.append(Array($0)) }
        return blocks
    }

    @Test("A page is written as it would be served", arguments: ExpositionFormat.allCases)
    func whole(format: ExpositionFormat) {
        let fragments = [
            Families.shared(), Families.fragment(of: "a"), Families.fragment(of: "b"), Families.liveFragment(5),
        ]
        let written = Self.written(format, fragments.map { .fragment($0) })
        #expect(Array(written.joined()) == Families.catalogue.render(format, fragments: fragments))
    }

    @Test(
        "What is rendered late stands where its turn is, and a long page comes in blocks",
        arguments: ExpositionFormat.allCases)
    func late(format: ExpositionFormat) {
        let subject = Late(samples: 20_000)
        let fragments = [
            Families.fragment(of: "a"), Fragment(labels: [], of: subject, families: Families.catalogue.families),
            Families.shared(),
        ]
        let written = Self.written(
            format, [.fragment(fragments[0]), .subject(subject), .fragment(fragments[2])])
        #expect(Array(written.joined()) == Families.catalogue.render(format, fragments: fragments))
        #expect(written.count > 1)
    }

    @Test("A page without samples has no headers", arguments: ExpositionFormat.allCases)
    func empty(format: ExpositionFormat) {
        #expect(Self.written(format, [.subject(Late(samples: 0))]).joined().elementsEqual(format.trailer))
    }

    @Test("The first failure of who takes the page ends it")
    func failure() {
        struct Full: Error {}
        var calls = 0
        #expect(throws: Full.self) {
            try Families.catalogue.write(.text, [.subject(Late(samples: 50_000))]) { _ throws(Full) in
                calls += 1
                throw Full()
            }
        }
        #expect(calls == 1)
    }
}
