// SPDX-License-Identifier: Apache-2.0
internal import JSONText

/// `docs/configuration.schema.json`, made from the table the reader walks: what editors complete and check as one types.
/// It refuses no file that the reader takes. What no schema can say (names that repeat, files that cannot be read, ranges of
/// durations) is the reader's alone.
enum ConfigurationJSONSchema {
    static func text() -> String { document.indentedText + "\n" }

    private static var document: JSONValue {
        var names: [String] = []
        var definitions: [(name: String, value: JSONValue)] = [(name: "variable", value: variable)]
        collect(Schema.file, "", into: &definitions, names: &names)
        return .object(
            [
                (name: "$schema", value: "http://json-schema.org/draft-07/schema#"),
                (name: "title", value: "Configuration of dataarts-fabric-exporter"),
            ] + members(Schema.file, "") + [(name: "definitions", value: .object(definitions))])
    }

    /// Where a variable stands, what it holds is not known before the program starts.
    private static let variable: JSONValue = [
        "type": "string", "pattern": #"\$\{[^}]*\}"#, "description": "Holds an environment variable: ${NAME}.",
    ]

    /// Definitions of all sections below `section`, under the names that sections have in the documents: a filter is the
    /// same wherever it stands.
    private static func collect(
        _ section: SchemaSection, _ path: String, into definitions: inout [(name: String, value: JSONValue)],
        names: inout [String]
    ) {
        for key in section.keys {
            guard let (schema, name) = subsection(key, path), !names.contains(name) else { continue }
            names.append(name)
            definitions.append((name: name, value: .object(members(schema, name))))
            collect(schema, name, into: &definitions, names: &names)
        }
    }

    private static func subsection(_ key: SchemaKey, _ path: String) -> (schema: SchemaSection, name: String)? {
        switch key.kind {
        case .section(let schema), .list(let schema):
            let isBelowAuth = path == "auth"
            return (schema, isBelowAuth ? "auth.\(key.name)" : key.name)
        default: return nil
        }
    }

    private static func members(_ section: SchemaSection, _ path: String) -> [(name: String, value: JSONValue)] {
        let required = section.keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        let rules = section.rules.map(rule)
        return [
            (name: "type", value: "object"), (name: "description", value: .string(section.summary)),
            (name: "additionalProperties", value: false),
        ] + (required.isEmpty ? [] : [(name: "required", value: .array(required))])
            + (rules.isEmpty ? [] : [(name: "allOf", value: .array(rules))])
            + [
                (
                    name: "properties",
                    value: .object(section.keys.map { (name: $0.name, value: property($0, path)) })
                )
            ]
    }

    private static func rule(_ rule: SchemaRule) -> JSONValue {
        func required(_ names: String...) -> JSONValue { ["required": .array(names.map { .string($0) })] }
        switch rule {
        case .exactlyOne(let names): return ["oneOf": .array(names.map { required($0) })]
        case .atLeastOne(let names): return ["anyOf": .array(names.map { required($0) })]
        case .atMostOne(let names):
            let pairs = names.indices.flatMap { first in
                names[(first + 1)...].map { required(names[first], $0) }
            }
            return ["not": ["anyOf": .array(pairs)]]
        case .together(let names):
            let others = names.map { name in
                (name: name, value: JSONValue.array(names.filter { $0 != name }.map { .string($0) }))
            }
            return ["dependencies": .object(others)]
        }
    }

    private static func property(_ key: SchemaKey, _ path: String) -> JSONValue {
        let fallback = key.fallback.map { " Default: \($0)." } ?? ""
        return .object(
            value(key, path) + [(name: "description", value: .string(key.summary + fallback))])
    }

    private static func value(_ key: SchemaKey, _ path: String) -> [(name: String, value: JSONValue)] {
        func integer(_ value: Int) -> JSONValue { .integer(Int64(value)) }
        switch key.kind {
        case .section:
            // Beside `$ref` draft 7 reads nothing, so that it stands by itself.
            return [(name: "allOf", value: [reference(subsection(key, path)?.name ?? "")])]
        case .list:
            return [
                (name: "type", value: "array"), (name: "minItems", value: 1),
                (name: "items", value: reference(subsection(key, path)?.name ?? "")),
            ]
        case .duration(let fallback, let range):
            let shown = fallback.map { [(name: "default", value: JSONValue.string(Durations.format($0)))] } ?? []
            let bounds = "\(Durations.format(range.lowerBound)) to \(Durations.format(range.upperBound))"
            let form: JSONValue = [
                "type": "string", "minLength": 2, "pattern": .string(durationPattern), "title": .string(bounds),
            ]
            return orVariable(form) + shown
        case .integer(let fallback, let range):
            return [
                (name: "type", value: "integer"), (name: "minimum", value: integer(range.lowerBound)),
                (name: "maximum", value: integer(range.upperBound)), (name: "default", value: integer(fallback)),
            ]
        case .number(let fallback, let range):
            return [
                (name: "type", value: "number"), (name: "minimum", value: .number("\(range.lowerBound)")),
                (name: "maximum", value: .number("\(range.upperBound)")),
                (name: "default", value: .number("\(fallback)")),
            ]
        case .boolean(let fallback):
            return [(name: "type", value: "boolean"), (name: "default", value: .boolean(fallback))]
        case .choice(let fallback, let values):
            let form: JSONValue = ["enum": .array(values.map { .string($0) })]
            return orVariable(form) + (fallback.map { [(name: "default", value: .string($0))] } ?? [])
        case .text(let rule): return text(rule)
        case .secret, .secretFile, .file: return anyText
        case .texts: return [(name: "type", value: "array"), (name: "items", value: .object(anyText))]
        case .passwords:
            return [(name: "type", value: "object"), (name: "additionalProperties", value: .object(anyText))]
        case .anything: return []
        }
    }

    private static let anyText: [(name: String, value: JSONValue)] = [
        (name: "type", value: "string"), (name: "minLength", value: 1),
    ]

    private static let durationPattern: String = {
        let units = ["y", "w", "d", "h", "m", "s", "ms"].map { "([0-9]+\($0))?" }
        return "^\(units.joined())$"
    }()

    private static func text(_ rule: TextRule) -> [(name: String, value: JSONValue)] {
        let pattern: String
        switch rule {
        case .any: return anyText
        case .endpointType:
            return anyText + [(name: "examples", value: .array(Schema.documentedTypes.map { .string($0) }))]
        case .pattern: return anyText + [(name: "maxLength", value: JSONValue(NamePattern.longest))]
        case .region: pattern = "^[A-Za-z0-9-]{1,63}$"
        case .workspaceID: pattern = "^[A-Za-z0-9-]{1,36}$"
        case .url: pattern = #"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@\\]+(/[^\s?#\\]*)?$"#
        case .proxyURL: pattern = #"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#\\]+(/[^\s?#\\]*)?$"#
        case .hostName: pattern = "^[!-.0-9;-?A-~]+$"
        }
        return orVariable(["type": "string", "pattern": .string(pattern)])
    }

    private static func orVariable(_ form: JSONValue) -> [(name: String, value: JSONValue)] {
        [(name: "anyOf", value: [form, reference("variable")])]
    }

    private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/definitions/\(name)")] }
}
