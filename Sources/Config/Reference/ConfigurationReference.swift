// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Generates `docs/configuration.md` and `docs/configuration.schema.json` from the reader's schema. A test compares
/// them.
enum ConfigurationReference {
    static func markdown() -> String {
        let tables = sections.filter(\.hasKeys).map(\.markdown)
        return ([introduction] + tables + [warnings]).joined(separator: "\n")
    }

    /// The JSON schema for editors. It accepts every file that the reader accepts. Duplicate names, unreadable files
    /// and ranges of durations cannot be expressed and are only checked by the reader.
    static func jsonSchema() -> String {
        // The value of a variable is only known at run time.
        let variable: JSONValue = [
            "type": "string", "pattern": #"\$\{[^}]*\}"#, "description": "Contains an environment variable: ${NAME}.",
        ]
        let definitions: JSONMembers = [("variable", variable)] + sections.map { ($0.title, .object($0.members)) }
        let head: JSONMembers = [
            ("$schema", "http://json-schema.org/draft-07/schema#"),
            ("title", "Configuration of dataarts-fabric-exporter"),
        ]
        let file = ExporterConfiguration.section.documents[0].members
        return JSONValue.object(head + file + [("definitions", .object(definitions))]).indentedText + "\n"
    }

    /// The sections of the file, without duplicates: filters share one section.
    private static var sections: [SectionDocument] {
        var titles: Set<String> = [""]
        return ExporterConfiguration.section.documents.filter { titles.insert($0.title).inserted }
    }
}

/// The documentation of a section.
struct SectionDocument {
    let title: String
    let hasKeys: Bool
    /// The title, the rules and a table of the keys.
    let markdown: String
    /// The members of its JSON schema.
    let members: JSONMembers
}

extension Section {
    /// The documentation of this section and all nested ones, in order of first use.
    var documents: [SectionDocument] {
        [SectionDocument(title: title, hasKeys: !keys.isEmpty, markdown: markdown, members: members)]
            + keys.flatMap { $0.valueKind.sections() }
    }

    private var markdown: String {
        var lines = ["## `\(title)`", "", summary, ""] + rules.map { $0.sentence + "\n" }
        lines += ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
        for key in keys {
            lines.append("| `\(key.name)` | \(key.valueKind.typeDescription) | \(fallback(key)) | \(key.summary) |")
        }
        return (lines + [""]).joined(separator: "\n")
    }

    private func fallback(_ key: Key<Settings>) -> String {
        if key.isRequired { return "required" }
        if let fallback = key.fallback { return fallback }
        switch key.documentedDefault(initial) {
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
            let constant = key.documentedDefault(initial).map { [(name: "default", value: $0)] } ?? []
            return (
                key.name, .object(key.valueKind.schema + constant + [("description", .string(key.summary + fallback))])
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
        case .exactlyOne: "Exactly one of \(SchemaWalker.list(names, "or")) is required."
        case .atMostOne: "At most one of \(SchemaWalker.list(names)) is allowed."
        case .atLeastOne: "At least one of \(SchemaWalker.list(names)) is required."
        case .together: "\(SchemaWalker.list(names)) must be set together."
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
