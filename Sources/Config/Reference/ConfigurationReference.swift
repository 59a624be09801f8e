// SPDX-License-Identifier: Apache-2.0
internal import Base

/// `docs/configuration.md` and `docs/configuration.schema.json`, made from the table that the reader walks. A test compares
/// them.
enum ConfigurationReference {
    static func markdown() -> String {
        let tables = sections.filter(\.hasKeys).map(\.markdown)
        return ([introduction] + tables + [warnings]).joined(separator: "\n")
    }

    /// What editors complete and check as one types. It refuses no file that the reader takes. What no schema can say (names
    /// that repeat, files that cannot be read, ranges of durations) is the reader's alone.
    static func jsonSchema() -> String {
        // Where a variable stands, what it holds is not known before the program starts.
        let variable: JSONValue = [
            "type": "string", "pattern": #"\$\{[^}]*\}"#, "description": "Holds an environment variable: ${NAME}.",
        ]
        let definitions: JSONMembers = [("variable", variable)] + sections.map { ($0.title, .object($0.members)) }
        let head: JSONMembers = [
            ("$schema", "http://json-schema.org/draft-07/schema#"),
            ("title", "Configuration of dataarts-fabric-exporter"),
        ]
        let file = ExporterConfiguration.section.documents[0].members
        return JSONValue.object(head + file + [("definitions", .object(definitions))]).indentedText + "\n"
    }

    /// The sections below the file, each once: a filter is the same wherever it stands.
    private static var sections: [SectionDocument] {
        var titles: Set<String> = [""]
        return ExporterConfiguration.section.documents.filter { titles.insert($0.title).inserted }
    }
}

/// What documents say of a section.
struct SectionDocument {
    let title: String
    let hasKeys: Bool
    /// Title, rules and a table of the keys.
    let markdown: String
    /// The members of its JSON schema.
    let members: JSONMembers
}

extension Section {
    /// The documents of this section and of all below, in the order of their first mention.
    var documents: [SectionDocument] {
        [SectionDocument(title: title, hasKeys: !keys.isEmpty, markdown: markdown, members: members)]
            + keys.flatMap { $0.shape.sections() }
    }

    private var markdown: String {
        var lines = ["## `\(title)`", "", summary, ""] + rules.map { $0.sentence + "\n" }
        lines += ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
        for key in keys {
            lines.append("| `\(key.name)` | \(key.shape.words) | \(fallback(key)) | \(key.summary) |")
        }
        return (lines + [""]).joined(separator: "\n")
    }

    private func fallback(_ key: Key<Settings>) -> String {
        if key.isRequired { return "required" }
        if let fallback = key.fallback { return fallback }
        switch key.shownDefault(initial) {
        case .string(let text): return "`\(text)`"
        case .number(let text) where text.hasSuffix(".0"): return "`\(text.dropLast(2))`"
        case let value?: return "`\(value.text)`"
        case nil: return "–"
        }
    }

    private var members: JSONMembers {
        let required = keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        let rules = rules.map(\.schema)
        let properties: JSONMembers = keys.map { key in
            let fallback = key.fallback.map { " Default: \($0)." } ?? ""
            let constant = key.shownDefault(initial).map { [(name: "default", value: $0)] } ?? []
            return (
                key.name, .object(key.shape.form + constant + [("description", .string(key.summary + fallback))])
            )
        }
        return [("type", "object"), ("description", .string(summary)), ("additionalProperties", false)]
            + (required.isEmpty ? [] : [("required", .array(required))])
            + (rules.isEmpty ? [] : [("allOf", .array(rules))]) + [("properties", .object(properties))]
    }
}

extension Rule {
    fileprivate var sentence: String {
        let names = keys.map { "`\($0.name)`" }
        return switch self {
        case .exactlyOne: "Exactly one of \(SchemaWalker.list(names, "or")) must be given."
        case .atMostOne: "At most one of \(SchemaWalker.list(names)) may be given."
        case .atLeastOne: "At least one of \(SchemaWalker.list(names)) must be given."
        case .together: "\(SchemaWalker.list(names)) are given together or not at all."
        }
    }

    fileprivate var schema: JSONValue {
        let names = keys.map(\.name)
        func required(_ names: String...) -> JSONValue { ["required": .array(names.map { .string($0) })] }
        switch self {
        case .exactlyOne: return ["oneOf": .array(names.map { required($0) })]
        case .atLeastOne: return ["anyOf": .array(names.map { required($0) })]
        case .atMostOne:
            let pairs = names.indices.flatMap { first in
                names[(first + 1)...].map { required(names[first], $0) }
            }
            return ["not": ["anyOf": .array(pairs)]]
        case .together:
            let others: JSONMembers = names.map { name in
                (name, .array(names.filter { $0 != name }.map { .string($0) }))
            }
            return ["dependencies": .object(others)]
        }
    }
}
