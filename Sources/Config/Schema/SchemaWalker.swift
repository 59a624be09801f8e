// SPDX-License-Identifier: Apache-2.0

/// Reads a YAML tree by the schema and records the position of each value.
struct SchemaWalker {
    let environment: [String: String]
    let files: FileAccess
    /// The directory of relative paths; empty for the working directory.
    let folder: String
    /// Whether `${NAME}` is expanded.
    var isInterpolating = true
    var log: ProblemLog
    /// The files whose content was read.
    var namedFiles: [String] = []
    /// The positions of sections and values, by full path.
    private(set) var marks: [String: Mark] = [:]
    /// The text in the file of strings that contain variables, by full path.
    var rawTexts: [String: String] = [:]
    /// Paths of keys with an invalid value and of misspelled keys. They count as given, so that one typo is reported
    /// once.
    private(set) var invalid: Set<String> = []

    /// Reads a mapping into `initial`; reports an error and returns nil if `node` is not a mapping.
    mutating func section<Settings>(
        _ node: YAMLNode, _ section: Section<Settings>, _ path: String, into initial: Settings
    ) -> Settings? {
        guard case .mapping(let entries) = node.content else { return rejectType(node, path, "must be a mapping") }
        marks[path] = node.mark
        var settings = initial
        var firstLines: [String: Int] = [:]
        for entry in entries {
            guard case .scalar(let name) = entry.key.content else {
                if !entry.key.isBroken {
                    log.report(entry.key.mark, path, "a key must be a string, not \(entry.key.typeName)")
                }
                continue
            }
            let key = section.keys.first { $0.name == name.text }
            if let line = firstLines[name.text] {
                // An unknown key is not shown: it may be a secret.
                log.report(entry.key.mark, key?.path(in: path) ?? path, "duplicate key, first on line \(line)")
                continue
            }
            firstLines[name.text] = entry.key.mark.line
            guard let key else {
                rejectUnknownKey(entry, name.text, section, path)
                continue
            }
            let keyPath = key.path(in: path)
            marks[keyPath] = entry.value.mark
            if !key.read(&self, entry.value, keyPath, &settings) { invalid.insert(keyPath) }
            if !key.isSupported { log.report(entry.key.mark, keyPath, "not supported by this exporter; remove it") }
        }
        for key in section.keys where key.isRequired && !isGiven(key, in: path) {
            report(key, in: path, "required key is missing")
        }
        for rule in section.rules { check(rule, path) }
        return settings
    }

    /// Whether a key of the section at `section` is present, even with an invalid value.
    func isGiven(_ key: Key<some Sendable>, in section: String) -> Bool {
        let path = key.path(in: section)
        return marks[path] != nil || invalid.contains(path)
    }

    /// Whether a key of the section at `section` is present with a valid value.
    func isValid(_ key: Key<some Sendable>, in section: String) -> Bool { isValid(key.path(in: section)) }

    /// Whether there is a section or key with a valid value at `path`.
    func isValid(_ path: String) -> Bool { marks[path] != nil && !invalid.contains(path) }

    /// Reports an error in a key, at its position or that of its section.
    mutating func report(_ key: Key<some Sendable>, in section: String, _ message: String) {
        log.report(marks[key.path(in: section)] ?? marks[section], key.path(in: section), message)
    }

    /// Adds a warning about a key, at its position or that of its section.
    mutating func warn(_ key: Key<some Sendable>, in section: String, _ message: String) {
        log.warn(marks[key.path(in: section)] ?? marks[section], key.path(in: section), message)
    }

    /// Reports an error in a whole section.
    mutating func report(_ section: String, _ message: String) { log.report(marks[section], section, message) }

    private mutating func rejectUnknownKey<Settings>(
        _ entry: YAMLEntry, _ name: String, _ section: Section<Settings>, _ path: String
    ) {
        let names = section.keys.map(\.name)
        let ownPath = path.isEmpty ? name : "\(path).\(name)"
        if name == "<<" { return log.report(entry.key.mark, ownPath, "unknown key; merge keys are not supported") }
        if let meant = Suggestion.nearest(to: name, among: names) {
            invalid.insert(path.isEmpty ? meant : "\(path).\(meant)")
            return log.report(entry.key.mark, ownPath, "unknown key; did you mean \(meant)?")
        }
        let allowed = names.isEmpty ? "no keys are allowed here" : "allowed keys: \(names.joined(separator: ", "))"
        let isWord = name.unicodeScalars.allSatisfy {
            $0 == "_" || $0 == "-" || ($0.isASCII && $0.properties.isAlphabetic)
        }
        // YAML reads `{s3cret}` and `token:s3cret` (without a space) as keys, so such a name must not be shown.
        if isWord, name.utf8.count <= 40, !entry.value.isNull {
            log.report(entry.key.mark, ownPath, "unknown key; \(allowed)")
        } else {
            log.report(entry.key.mark, path, "unknown key here; \(allowed)")
        }
    }

    private mutating func check<Settings>(_ rule: Rule<Settings>, _ section: String) {
        let names = rule.keys.map(\.name)
        let given = rule.keys.filter { isGiven($0, in: section) }.map(\.name)
        switch rule {
        case .exactlyOne where given.isEmpty: report(section, "one of \(Self.list(names, "or")) is required")
        case .exactlyOne, .atMostOne:
            if given.count > 1 { report(section, "only one of \(Self.list(given)) is allowed") }
        case .atLeastOne:
            if given.isEmpty { report(section, "at least one of \(Self.list(names)) is required") }
        case .together:
            let missing = names.filter { !given.contains($0) }
            guard !missing.isEmpty, !given.isEmpty else { return }
            report(
                section,
                "\(Self.list(names)) must be set together; "
                    + "\(Self.list(missing)) \(missing.count == 1 ? "is" : "are") missing"
            )
        }
    }

    /// `a`, `a and b`, `a, b and c`
    static func list(_ names: [String], _ word: String = "and") -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " \(word) " + last
    }
}
