// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A group of related metric families: one section of the documentation.
public struct FamilyGroup: Sendable {
    /// The heading in the documentation.
    public let title: String
    /// The families, in the order of the documentation.
    public let families: [MetricFamily]

    /// Creates a group of `families`.
    public init(_ title: String, _ families: [MetricFamily]) {
        self.title = title
        self.families = families
    }
}

/// All metric families that the exporter can export.
public struct MetricRegistry: Sendable {
    /// The families by group, in the order of the documentation.
    public let familyGroups: [FamilyGroup]

    /// Creates a registry of the families of these groups.
    public init(_ familyGroups: [FamilyGroup]) { self.familyGroups = familyGroups }

    /// All families, in the order of the documentation.
    public var families: [MetricFamily] { familyGroups.flatMap(\.families) }

    /// Returns the families as a Markdown document: a heading and a table for each group.
    public func markdown() -> String {
        var text = """
            # Metrics

            Every metric family that the exporter can export, as printed by `dataarts-fabric-exporter metrics`.
            This file is generated from the source code; do not edit it.

            """
        for group in familyGroups {
            text += "\n## \(group.title)\n\n| family | type | labels | meaning |\n| --- | --- | --- | --- |\n"
            for family in group.families {
                let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
                text += "| `\(family.name)` | \(family.kind.rawValue) | \(labels) | \(family.help) |\n"
            }
        }
        return text
    }

    /// Returns the families as JSON: an array of objects with `name`, `type`, `unit` (omitted without a unit),
    /// `labels`, `help`.
    public func json() -> String {
        let entries = families.map { family in
            let labels = family.labels.map(JSONText.string).joined(separator: ", ")
            let unit = family.unit.map { #""unit": \#(JSONText.string($0.rawValue)), "# } ?? ""
            return #"  {"name": \#(JSONText.string(family.name)), "type": "\#(family.kind.rawValue)", \#(unit)"#
                + #""labels": [\#(labels)], "help": \#(JSONText.string(family.help))}"#
        }
        return "[\n" + entries.joined(separator: ",\n") + "\n]\n"
    }
}
