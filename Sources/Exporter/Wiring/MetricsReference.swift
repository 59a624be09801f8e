// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import Fabric

/// What the exporter serves, for people and for what is generated from it: every family, and every known status.
public enum MetricsReference {
    /// A Markdown document: the families by group, then a table of the statuses.
    public static func markdown() -> String {
        let rows = EndpointStatus.table.map { row in
            "| `\(row.status.rawValue)` | \(row.phase.rawValue) | \(row.hasZeroSeries ? "yes" : "no") |\n"
        }
        return MetricRegistry.exporter.markdown() + """

            ## Statuses of endpoints

            Every status has one phase. A status that is not in this table is failed if it ends in `_FAILED`, else unknown. A
            status with zero series is exported for each pair of type and visibility, 0 if there is no endpoint; another one
            once it was seen.

            | status | phase | zero series |
            | --- | --- | --- |

            """ + rows.joined()
    }

    /// A JSON object: `families`, an array of objects as in ``MetricRegistry/json()``; `phases`, their names in order;
    /// `statuses`, an array of objects with `status`, `phase` and `zero_series`.
    public static func json() -> String {
        let phases = Phase.allCases.map { #""\#($0.rawValue)""# }
        let statuses = EndpointStatus.table.map { row in
            #"  {"status": "\#(row.status.rawValue)", "phase": "\#(row.phase.rawValue)", "#
                + #""zero_series": \#(row.hasZeroSeries)}"#
        }
        return """
            {"families": \(MetricRegistry.exporter.json()), "phases": [\(phases.joined(separator: ", "))], "statuses": [
            \(statuses.joined(separator: ",\n"))
            ]}

            """
    }
}
