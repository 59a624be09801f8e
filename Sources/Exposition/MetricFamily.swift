// SPDX-License-Identifier: Apache-2.0

/// A family of metrics as its catalogue entry says it: the one place from which HELP, TYPE, UNIT and the documentation
/// come.
public struct MetricFamily: Sendable, Hashable {
    /// What kind of numbers a family holds.
    public enum Kind: String, Sendable {
        case gauge
        case counter
        case histogram
        /// A gauge that is always 1 and whose labels are the information.
        case info
    }

    /// Units that a name may end in, before `_total`.
    public enum Unit: String, Sendable, CaseIterable {
        case seconds
        case bytes
    }

    /// The name of its samples, with `_total` and `_info`; of a histogram without `_bucket`, `_sum`, `_count`.
    public let name: String
    /// What kind of numbers it holds.
    public let kind: Kind
    /// What a value means, in one sentence.
    public let help: String
    /// The label names, in the order they are written; one that has no value is left out of a sample.
    public let labels: [String]

    /// An entry; `help` is required, because a family that cannot be explained should not exist.
    public init(_ kind: Kind, _ name: String, labels: [String], help: String) {
        self.kind = kind
        self.name = name
        self.labels = labels
        self.help = help
    }

    /// The family's name in OpenMetrics, which leaves the suffix that the type implies to the samples.
    public var openMetricsName: String {
        switch kind {
        case .counter where name.hasSuffix("_total"): String(name.dropLast("_total".count))
        case .info where name.hasSuffix("_info"): String(name.dropLast("_info".count))
        default: name
        }
    }

    /// The unit, where the name ends in one.
    public var unit: Unit? { Unit.allCases.first { openMetricsName.hasSuffix("_" + $0.rawValue) } }
}
