// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Exposition

@Suite("The catalogue")
struct CatalogueTests {
    @Test("As Markdown it is the golden document")
    func markdown() throws {
        // What would break a table is no help text: see the rules below.
        let chapters = Families.catalogue.chapters.map { chapter in
            Catalogue.Chapter(chapter.title, chapter.families.filter { $0 != Families.odd })
        }
        try goldens.check(Catalogue(chapters).markdown(), "catalogue.md")
    }

    @Test("As JSON it is the golden document")
    func json() throws {
        try goldens.check(Families.catalogue.json(), "catalogue.json")
    }

    @Test("Whatever a help text holds, its JSON has no bare control character, quote or backslash")
    func escapes() {
        let help = "q\" b\\ n\n t\t r\r nul\0 esc\u{1B} del\u{7F} 中文."
        let family = MetricFamily(.gauge, "t", labels: [], help: help)
        #expect(
            Catalogue([.init("T", [family])]).json() == #"""
                [
                  {"name": "t", "type": "gauge", "labels": [], "help": "q\" b\\ n\n t\t r\r nul\u0000 esc\u001b del\u007f 中文."}
                ]

                """#)
    }

    @Test("A catalogue of nothing is an empty array")
    func nothing() {
        #expect(Catalogue([]).json() == "[\n\n]\n")
    }

    @Test("Each rule for families finds the family that breaks it")
    func rules() {
        let bad: [(family: MetricFamily, fault: String)] = [
            (.init(.gauge, "dataarts_fabric_a", labels: [], help: "No stop"), "the help does not end with a period"),
            (.init(.gauge, "dataarts_fabric_a", labels: [], help: "A | b."), "the help contains | or a line break"),
            (.init(.gauge, "dataarts_fabric_a_total", labels: [], help: "A."), "_total is for counters"),
            (.init(.counter, "dataarts_fabric_a", labels: [], help: "A."), "_total is for counters"),
            (.init(.info, "dataarts_fabric_a", labels: [], help: "A."), "_info is for info metrics"),
            (.init(.gauge, "dataarts_fabric_a", labels: ["region"], help: "A."), "reserved label region"),
            (.init(.gauge, "dataarts_fabric_a", labels: ["b", "b"], help: "A."), "duplicate label"),
            (.init(.gauge, "other_a", labels: [], help: "A."), "no prefix"),
            (.init(.gauge, "dataarts_fabric_A", labels: [], help: "A."), "invalid name"),
        ]
        for (family, fault) in bad { #expect(faults(of: [family]) == ["\(family.name): \(fault)"]) }
        let twins = [MetricFamily.Kind.counter, .gauge].map { kind in
            MetricFamily(kind, "dataarts_fabric_a\(kind == .counter ? "_total" : "")", labels: [], help: "A.")
        }
        #expect(faults(of: twins) == ["dataarts_fabric_a: duplicate name in OpenMetrics"])
    }
}
