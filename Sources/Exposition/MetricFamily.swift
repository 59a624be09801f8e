// SPDX-License-Identifier: Apache-2.0

/// A metric family: the only definition of its HELP, TYPE, UNIT and documentation.
public struct MetricFamily: Sendable, Hashable {
    /// The type of a metric family.
    public enum Kind: String, Sendable {
        case gauge
        case counter
        case histogram
        /// A gauge that is always 1 and whose labels carry the information.
        case info
    }

    /// A unit that a name may end in, before `_total`.
    public enum Unit: String, Sendable, CaseIterable {
        case seconds
        case bytes
    }

    /// The name of the samples, with `_total` and `_info`, but without a histogram's `_bucket`, `_sum` and `_count`.
    public let name: String
    /// The type.
    public let kind: Kind
    /// The meaning of a value, in one sentence.
    public let help: String
    /// The label names, in the order of the sample line; a sample omits a label without a value.
    public let labels: [String]

    /// Creates a metric family.
    public init(_ kind: Kind, _ name: String, labels: [String], help: String) {
        self.kind = kind
        self.name = name
        self.labels = labels
        self.help = help
    }

    /// The family's name in OpenMetrics, without the suffix that the type implies; samples keep it.
    public var openMetricsName: String {
        switch kind {
        case .counter where name.hasSuffix("_total"): String(name.dropLast("_total".count))
        case .info where name.hasSuffix("_info"): String(name.dropLast("_info".count))
        default: name
        }
    }

    /// The unit that the name ends in; nil without one.
    public var unit: Unit? { Unit.allCases.first { openMetricsName.hasSuffix("_" + $0.rawValue) } }
}
