// SPDX-License-Identifier: Apache-2.0

/// Walks a tree along the sections of a file and notes where each value stands.
struct SchemaWalker {
    let environment: [String: String]
    let files: FileAccess
    /// Where relative paths begin; empty for the working directory.
    let folder: String
    /// Whether `${NAME}` is filled in.
    var isInterpolating = true
    var log: ProblemLog
    /// Files whose content was taken.
    var namedFiles: [String] = []
    /// Where sections and the values of keys stand, by their full path.
    private(set) var marks: [String: Mark] = [:]
    /// Keys with a wrong value, and keys whose name was missed by little: they count as given, so that one slip is one error.
    private(set) var broken: Set<String> = []

    /// Reads a mapping into `initial`; nil, and a problem, where `node` is none.
    mutating func section<Settings>(
        _ node: YAMLNode, _ section: Section<Settings>, _ path: String, into initial: Settings
    ) -> Settings? {
        guard case .mapping(let entries) = node.content else { return refuseType(node, path, "must be a mapping") }
        marks[path] = node.mark
        var settings = initial
        var firstLines: [String: Int] = [:]
        for entry in entries {
            guard case .scalar(let name) = entry.key.content else {
                if !entry.key.isBroken { log.report(entry.key.mark, path, "a key must be a plain word") }
                continue
            }
            let key = section.keys.first { $0.name == name.text }
            if let line = firstLines[name.text] {
                // The name is known to be a key's only where the section has it.
                log.report(entry.key.mark, key?.path(in: path) ?? path, "duplicate key, first on line \(line)")
                continue
            }
            firstLines[name.text] = entry.key.mark.line
            guard let key else {
                refuseUnknown(entry, name.text, section, path)
                continue
            }
            let keyPath = key.path(in: path)
            marks[keyPath] = entry.value.mark
            if !key.read(&self, entry.value, keyPath, &settings) { broken.insert(keyPath) }
            if !key.isSupported { log.report(entry.key.mark, keyPath, "not supported by this program") }
        }
        for key in section.keys where key.isRequired && !isGiven(key, in: path) {
            report(key, in: path, "required, but missing")
        }
        for rule in section.rules { check(rule, path) }
        return settings
    }

    /// Whether a key of the section at `section` is there, even with a wrong value.
    func isGiven(_ key: Key<some Sendable>, in section: String) -> Bool {
        let path = key.path(in: section)
        return marks[path] != nil || broken.contains(path)
    }

    /// Whether a key of the section at `section` is there with a value that passed its check.
    func isValid(_ key: Key<some Sendable>, in section: String) -> Bool { isValid(key.path(in: section)) }

    /// Whether there is a section or key at `path`, and its value passed its check.
    func isValid(_ path: String) -> Bool { marks[path] != nil && !broken.contains(path) }

    /// Reports a problem with a key, where it stands, or with its section, if it is not there.
    mutating func report(_ key: Key<some Sendable>, in section: String, _ message: String) {
        log.report(marks[key.path(in: section)] ?? marks[section], key.path(in: section), message)
    }

    /// Warns of a key, where it stands, or of its section, if it is not there.
    mutating func warn(_ key: Key<some Sendable>, in section: String, _ message: String) {
        log.warn(marks[key.path(in: section)] ?? marks[section], key.path(in: section), message)
    }

    /// Reports a problem with a section as a whole.
    mutating func report(_ section: String, _ message: String) { log.report(marks[section], section, message) }

    private mutating func refuseUnknown<Settings>(
        _ entry: YAMLEntry, _ name: String, _ section: Section<Settings>, _ path: String
    ) {
        let names = section.keys.map(\.name)
        let ownPath = path.isEmpty ? name : "\(path).\(name)"
        if name == "<<" { return log.report(entry.key.mark, ownPath, "unknown key; merge keys are not supported") }
        if let meant = Suggestion.nearest(to: name, among: names) {
            broken.insert(path.isEmpty ? meant : "\(path).\(meant)")
            return log.report(entry.key.mark, ownPath, "unknown key; did you mean \(meant)?")
        }
        let allowed = names.isEmpty ? "none is allowed here" : "allowed are \(names.joined(separator: ", "))"
        let isWord = name.unicodeScalars.allSatisfy {
            $0 == "_" || $0 == "-" || ($0.isASCII && $0.properties.isAlphabetic)
        }
        // `{s3cret}` and `token:s3cret` without a space are keys to YAML: such a name must not be shown.
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
            if given.count > 1 { report(section, "only one of \(Self.list(given)) may be given") }
        case .atLeastOne:
            if given.isEmpty { report(section, "at least one of \(Self.list(names)) is required") }
        case .together:
            let missing = names.filter { !given.contains($0) }
            guard !missing.isEmpty, !given.isEmpty else { return }
            report(
                section,
                "\(Self.list(names)) go together; missing \(missing.count == 1 ? "is" : "are") \(Self.list(missing))")
        }
    }

    /// `a`, `a and b`, `a, b and c`
    static func list(_ names: [String], _ word: String = "and") -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " \(word) " + last
    }
}
