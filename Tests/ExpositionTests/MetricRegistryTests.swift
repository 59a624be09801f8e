// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Exposition

@Suite("Metric registry")
struct MetricRegistryTests {
    @Test("The Markdown document matches the golden file")
    func markdown() throws {
        // Without the help text that breaks a table, which the rules below forbid.
        let groups = Families.registry.familyGroups.map { group in
            FamilyGroup(group.title, group.families.filter { $0 != Families.odd })
        }
        try goldens.check(MetricRegistry(groups).markdown(), "registry.md")
    }

    @Test("The JSON document matches the golden file")
    func json() throws {
        try goldens.check(Families.registry.json(), "registry.json")
    }

    @Test("Control characters, quotes and backslashes in a help text are escaped in JSON")
    func escapes() {
        let help = "q\" b\\ n\n t\t r\r nul\0 esc\u{1B} del\u{7F} 中文."
        let family = MetricFamily(.gauge, "t", labels: [], help: help)
        #expect(
            MetricRegistry([.init("T", [family])]).json() == #"""
                [
                  {"name": "t", "type": "gauge", "labels": [], "help": "q\" b\\ n\n t\t r\r nul\u0000 esc\u001b del\u007f 中文."}
                ]

                """#)
    }

    @Test("An empty registry is an empty JSON array")
    func nothing() {
        #expect(MetricRegistry([]).json() == "[\n\n]\n")
    }

    @Test("Each rule for metric families detects a violation")
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
