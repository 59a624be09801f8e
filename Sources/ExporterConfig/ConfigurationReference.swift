// SPDX-License-Identifier: Apache-2.0

/// `docs/configuration.md`, made from the table the reader walks. A test compares the two.
enum ConfigurationReference {
    static func markdown() -> String {
        let sections: [(title: String, schema: SchemaSection)] = [
            ("poll", Schema.poll),
            ("metrics", Schema.metrics),
            ("sources", Schema.source),
            ("auth", Schema.auth),
            ("auth.password", Schema.password),
            ("auth.access_key", Schema.accessKey),
            ("auth.metadata", Schema.metadata),
            ("auth.assume_agency", Schema.assumeAgency),
            ("workspaces", Schema.workspace),
            ("filter", Schema.filter),
            ("discovery", Schema.discovery),
            ("tls", Schema.tls),
        ]
        let tables = sections.map { section($0.title, $0.schema) }
        return ([introduction] + tables + [warnings]).joined(separator: "\n")
    }

    private static func section(_ title: String, _ schema: SchemaSection) -> String {
        var lines = ["## `\(title)`", ""]
        lines += [schema.summary, ""] + schema.rules.map { sentence($0) + "\n" }
        lines += ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
        for key in schema.keys {
            lines.append("| `\(key.name)` | \(kind(key.kind)) | \(fallback(key)) | \(key.summary) |")
        }
        return (lines + [""]).joined(separator: "\n")
    }

    private static func sentence(_ rule: SchemaRule) -> String {
        switch rule {
        case .exactlyOne(let keys): "Exactly one of \(list(keys, "or")) must be given."
        case .atMostOne(let keys): "At most one of \(list(keys)) may be given."
        case .atLeastOne(let keys): "At least one of \(list(keys)) must be given."
        case .together(let keys): "\(list(keys)) are given together or not at all."
        }
    }

    private static func list(_ keys: [String], _ word: String = "and") -> String {
        SchemaWalker.list(keys.map { "`\($0)`" }, word)
    }

    private static func kind(_ kind: SchemaKind) -> String {
        switch kind {
        case .duration(_, let range):
            "duration, `\(Durations.format(range.lowerBound))` to `\(Durations.format(range.upperBound))`"
        case .integer(_, let range): "whole number, \(range.lowerBound) to \(range.upperBound)"
        case .number(_, let range): "number, \(Int(range.lowerBound)) to \(Int(range.upperBound))"
        case .boolean: "`true` or `false`"
        case .choice(_, let values): values.map { "`\($0)`" }.joined(separator: ", ")
        case .text(let rule): text(rule)
        case .secret: "secret"
        case .secretFile: "path of a file that holds the secret"
        case .file: "path"
        case .section: "section"
        case .list, .texts: "list"
        case .passwords, .anything: "mapping"
        }
    }

    private static func text(_ rule: TextRule) -> String {
        switch rule {
        case .any, .endpointType: "text"
        case .region, .workspaceID: "letters, digits, hyphens"
        case .url, .proxyURL: "URL, http or https"
        case .pattern: "regular expression"
        case .hostName: "host name"
        }
    }

    private static func fallback(_ key: SchemaKey) -> String {
        if key.isRequired { return "required" }
        if let fallback = key.fallback { return fallback }
        switch key.kind {
        case .duration(let value?, _): return "`\(Durations.format(value))`"
        case .integer(let value, _): return "`\(value)`"
        case .number(let value, _): return value == value.rounded() ? "`\(Int(value))`" : "`\(value)`"
        case .boolean(let value): return "`\(value)`"
        case .choice(let value?, _): return "`\(value)`"
        default: return "–"
        }
    }
}
