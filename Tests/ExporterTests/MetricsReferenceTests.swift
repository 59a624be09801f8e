// SPDX-License-Identifier: Apache-2.0
import Exporter
import Exposition
import Fabric
import Testing

@Suite("MetricsReference")
struct MetricsReferenceTests {
    @Test("The JSON object has the families, the phases in order, and a row for each status")
    func json() {
        let text = MetricsReference.json()
        #expect(text.hasPrefix(#"{"families": ["# + "\n") && text.hasSuffix("\n]}\n"))
        #expect(text.contains(MetricRegistry.exporter.json()))
        #expect(
            text.contains(
                #""phases": ["in transition", "serving", "failed", "abnormal", "suspended", "inactive", "gone", "unknown"]"#
            ))
        for row in [
            #"  {"status": "CREATING", "phase": "in transition", "zero_series": true, "zero_series_v2": true},"#,
            #"  {"status": "ABNORMAL", "phase": "abnormal", "zero_series": false, "zero_series_v2": true},"#,
            #"  {"status": "UNKNOWN", "phase": "unknown", "zero_series": false, "zero_series_v2": false}"#,
        ] { #expect(text.contains("\n\(row)\n"), "\(row)") }
        #expect(text.ranges(of: #"{"status": "#).count == EndpointStatus.table.count)
    }

    @Test("The Markdown document has the families and a table of the statuses")
    func markdown() {
        let text = MetricsReference.markdown()
        #expect(text.hasPrefix(MetricRegistry.exporter.markdown() + "\n## Endpoint statuses\n"))
        let rows = text.split(separator: "\n").suffix(EndpointStatus.table.count)
        #expect(
            rows.first == "| `CREATING` | in transition | `v1`, `v2` |" && rows.last == "| `UNKNOWN` | unknown | no |")
    }
}
