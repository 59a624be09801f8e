// SPDX-License-Identifier: Apache-2.0

/// Walks a tree along the schema: unknown, repeated and missing keys here, single values in the extensions.
struct SchemaWalker {
    let environment: [String: String]
    let files: FileAccess
    /// Where relative paths begin; empty for the working directory.
    let folder: String
    /// Paths of keys to refuse after their check.
    var unsupported: Set<String> = []
    /// Whether `${NAME}` is filled in.
    var isInterpolating = true
    var log: ProblemLog

    /// A key on the way: where it is, and the same path with `[]` for any index, as tables name it.
    struct Place {
        var path = ""
        var template = ""

        func key(_ name: String) -> Place {
            Place(
                path: path.isEmpty ? name : "\(path).\(name)", template: template.isEmpty ? name : "\(template).\(name)"
            )
        }

        func entry(_ index: Int) -> Place { Place(path: "\(path)[\(index)]", template: "\(template)[]") }
    }

    /// Checks a mapping; nil, and a problem, where `node` is none.
    mutating func section(_ node: YAMLNode, _ schema: SchemaSection, at place: Place) -> CheckedSection? {
        guard case .mapping(let entries) = node.content else {
            refuse(node, place.path, "must be a mapping")
            return nil
        }
        var section = CheckedSection(mark: node.mark, path: place.path)
        var firstLines: [String: Int] = [:]
        for entry in entries {
            guard case .scalar(let name) = entry.key.content else {
                if !entry.key.isBroken { log.report(entry.key.mark, place.path, "a key must be a plain word") }
                continue
            }
            if let line = firstLines[name.text] {
                // The name is known to be a key's only where the schema has it.
                let isKnown = schema.key(name.text) != nil
                let path = isKnown ? place.key(name.text).path : place.path
                log.report(entry.key.mark, path, "duplicate key, first on line \(line)")
                continue
            }
            firstLines[name.text] = entry.key.mark.line
            guard let key = schema.key(name.text) else {
                if let meant = refuseUnknown(entry, name.text, in: schema, at: place) { section.almost.insert(meant) }
                continue
            }
            let keyPlace = place.key(key.name)
            let content = value(entry.value, key.kind, at: keyPlace)
            section.values[key.name] = CheckedValue(mark: entry.value.mark, content: content)
            if unsupported.contains(keyPlace.template) {
                log.report(entry.key.mark, keyPlace.path, "not supported by this program")
            }
        }
        checkMissing(section, schema)
        for rule in schema.rules { check(rule, section) }
        return section
    }

    /// Reports a key the schema does not have and returns the one that was probably meant.
    private mutating func refuseUnknown(
        _ entry: YAMLEntry,
        _ name: String,
        in schema: SchemaSection,
        at place: Place
    ) -> String? {
        let names = schema.keys.map(\.name)
        if name == "<<" {
            log.report(entry.key.mark, place.key(name).path, "unknown key; merge keys are not supported")
            return nil
        }
        if let meant = Suggestion.nearest(to: name, among: names) {
            log.report(entry.key.mark, place.key(name).path, "unknown key; did you mean \(meant)?")
            return meant
        }
        let allowed = names.isEmpty ? "none is allowed here" : "allowed are \(names.joined(separator: ", "))"
        // `{s3cret}` and `token:s3cret` without a space are keys to YAML: such a name must not be shown.
        if Self.isPresentable(name), !entry.value.isNull {
            log.report(entry.key.mark, place.key(name).path, "unknown key; \(allowed)")
        } else {
            log.report(entry.key.mark, place.path, "unknown key here; \(allowed)")
        }
        return nil
    }

    private static func isPresentable(_ name: String) -> Bool {
        name.utf8.count <= 40
            && name.unicodeScalars.allSatisfy { $0 == "_" || $0 == "-" || ($0.isASCII && $0.properties.isAlphabetic) }
    }

    private mutating func checkMissing(_ section: CheckedSection, _ schema: SchemaSection) {
        for key in schema.keys where key.isRequired && !section.isGiven(key.name) {
            log.report(section.mark, section.path(of: key.name), "required, but missing")
        }
    }

    private mutating func check(_ rule: SchemaRule, _ section: CheckedSection) {
        switch rule {
        case .exactlyOne(let names):
            let given = names.filter(section.isGiven)
            if given.isEmpty { report(section, "one of \(Self.list(names, "or")) is required") }
            if given.count > 1 { report(section, "only one of \(Self.list(given)) may be given") }
        case .atMostOne(let names):
            let given = names.filter(section.isGiven)
            if given.count > 1 { report(section, "only one of \(Self.list(given)) may be given") }
        case .atLeastOne(let names):
            if !names.contains(where: section.isGiven) {
                report(section, "at least one of \(Self.list(names)) is required")
            }
        case .together(let names):
            let missing = names.filter { !section.isGiven($0) }
            guard !missing.isEmpty, missing.count < names.count else { return }
            report(
                section,
                "\(Self.list(names)) go together; missing \(missing.count == 1 ? "is" : "are") \(Self.list(missing))")
        }
    }

    private mutating func report(_ section: CheckedSection, _ message: String) {
        log.report(section.mark, section.path, message)
    }

    /// `a`, `a and b`, `a, b and c`
    static func list(_ names: [String], _ word: String = "and") -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " \(word) " + last
    }
}
