// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import Fabric

/// The reference of all metric families and known endpoint statuses, as Markdown or JSON.
public enum MetricsReference {
    /// Returns a Markdown document: the families by group, then a table of the statuses.
    public static func markdown() -> String {
        let rows = EndpointStatus.table.map { row in
            "| `\(row.status.rawValue)` | \(row.phase.rawValue) | \(versions(row.hasZeroSeries, row.hasZeroSeriesInV2)) |\n"
        }
        return MetricRegistry.exporter.markdown() + """

            ## Endpoint statuses

            Every status has one phase. A status that is not in this table has the phase failed if it ends in `_FAILED`,
            else unknown. A status with zero series is always exported for each pair of type and visibility, by sources with
            the named `api`; other statuses are exported once they were seen.

            | status | phase | zero series |
            | --- | --- | --- |

            """ + rows.joined()
    }

    /// Returns the versions of the API in which a status has zero series.
    private static func versions(_ inV1: Bool, _ inV2: Bool) -> String {
        let versions = (inV1 ? ["`v1`"] : []) + (inV2 ? ["`v2`"] : [])
        return versions.isEmpty ? "no" : versions.joined(separator: ", ")
    }

    /// Returns a JSON object: `families`, an array of objects as in ``MetricRegistry/json()``; `phases`, their names in
    /// order; `statuses`, an array of objects with `status`, `phase`, and `zero_series` and `zero_series_v2`, which tell
    /// whether sources with `api: v1` and `v2` export it at 0.
    public static func json() -> String {
        let phases = Phase.allCases.map { #""\#($0.rawValue)""# }
        let statuses = EndpointStatus.table.map { row in
            #"  {"status": "\#(row.status.rawValue)", "phase": "\#(row.phase.rawValue)", "#
                + #""zero_series": \#(row.hasZeroSeries), "#
                + #""zero_series_v2": \#(row.hasZeroSeriesInV2)}"#
        }
        return """
            {"families": \(MetricRegistry.exporter.json()), "phases": [\(phases.joined(separator: ", "))], "statuses": [
            \(statuses.joined(separator: ",\n"))
            ]}

            """
    }
}
