// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Every family that can be served.
public struct Catalogue: Sendable {
    /// The families under headings, in the order of the documentation.
    public let chapters: [Chapter]

    /// Families that belong together.
    public struct Chapter: Sendable {
        /// What they have in common.
        public let title: String
        /// The families.
        public let families: [MetricFamily]

        /// A chapter of `families`.
        public init(_ title: String, _ families: [MetricFamily]) {
            self.title = title
            self.families = families
        }
    }

    /// A catalogue of these chapters.
    public init(_ chapters: [Chapter]) { self.chapters = chapters }

    /// All families, in the order of the documentation.
    public var families: [MetricFamily] { chapters.flatMap(\.families) }

    /// The catalogue as a Markdown document.
    public func markdown() -> String {
        var text = """
            # Metrics

            Every family that the exporter serves, as `dataarts-fabric-exporter metrics` prints it. This file is generated
            from the same table as the pages are; do not edit it.

            """
        for chapter in chapters {
            text += "\n## \(chapter.title)\n\n| family | type | labels | meaning |\n| --- | --- | --- | --- |\n"
            for family in chapter.families {
                let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
                text += "| `\(family.name)` | \(family.kind.rawValue) | \(labels) | \(family.help) |\n"
            }
        }
        return text
    }

    /// The catalogue as JSON: an array of objects with `name`, `type`, `unit` (where there is one), `labels`, `help`.
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
