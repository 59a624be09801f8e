// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The schema of a mapping: its keys and the constraints between them. The reader and the reference documentation use
/// the same schema, so that they always agree.
struct Section<Settings: Sendable>: Sendable {
    /// The section's name in the documentation, such as `auth.password`.
    let title: String
    /// The description, one or two sentences.
    let summary: String
    /// The settings of an empty section. Required values have placeholders, which no valid configuration keeps.
    let initial: Settings
    let rules: [Rule<Settings>]
    let keys: [Key<Settings>]

    init(
        _ title: String, _ summary: String = "", of initial: Settings, rules: [Rule<Settings>] = [],
        keys: [Key<Settings>]
    ) {
        self.title = title
        self.summary = summary
        self.initial = initial
        self.rules = rules
        self.keys = keys
    }
}

/// A key of a section: its name, the property that stores its value, and its documentation. The property's initial
/// value is the default.
struct Key<Settings: Sendable>: Sendable {
    let name: String
    let isRequired: Bool
    /// The description of the default; nil if it is a constant or there is none.
    let fallback: String?
    /// The description, with the unit.
    let summary: String
    /// Whether the key is supported; an unsupported one is an error with any value.
    let isSupported: Bool
    /// The kind of the value, for the documentation.
    let valueKind: Kind<Void>
    /// Returns the constant default for the documentation.
    let documentedDefault: @Sendable (Settings) -> JSONValue?
    /// Reads a value into the settings; reports an error and returns false if it is invalid.
    let read: @Sendable (inout SchemaWalker, YAMLNode, _ path: String, inout Settings) -> Bool

    init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<Settings, Value> & Sendable, _ kind: Kind<Value>,
        required isRequired: Bool = false, fallback: String? = nil, _ summary: String = ""
    ) {
        self.init(name, kind, isRequired: isRequired, fallback: fallback, summary) { settings in
            isRequired || fallback != nil ? nil : kind.documentedValue?(settings[keyPath: property])
        } read: { walker, node, path, settings in
            guard let value = kind.read(&walker, node, path, settings[keyPath: property]) else { return false }
            settings[keyPath: property] = value
            return true
        }
    }

    /// An optional key; the property stays nil without it.
    init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<Settings, Value?> & Sendable, _ kind: Kind<Value>,
        fallback: String? = nil, _ summary: String = ""
    ) {
        self.init(name, kind, fallback: fallback, summary) { _ in
            nil
        } read: { walker, node, path, settings in
            settings[keyPath: property] = kind.read(&walker, node, path, nil)
            return settings[keyPath: property] != nil
        }
    }

    /// A key of exporter-toolkit that is not supported here: an error that names the key.
    init(unsupported name: String) {
        let anything = Kind<Void>(typeDescription: "", schema: []) { _, _, _, _ in nil }
        self.init(name, anything, isSupported: false, documentedDefault: { _ in nil }, read: { _, _, _, _ in false })
    }

    private init<Value>(
        _ name: String, _ kind: Kind<Value>, isSupported: Bool = true, isRequired: Bool = false,
        fallback: String? = nil, _ summary: String = "",
        documentedDefault: @escaping @Sendable (Settings) -> JSONValue?,
        read: @escaping @Sendable (inout SchemaWalker, YAMLNode, String, inout Settings) -> Bool
    ) {
        self.name = name
        self.isRequired = isRequired
        self.fallback = fallback
        self.summary = summary
        self.isSupported = isSupported
        self.valueKind = kind.map { _ in }
        self.documentedDefault = documentedDefault
        self.read = read
    }

    /// Returns the full path of the key in the section at `section`.
    func path(in section: String) -> String { section.isEmpty ? name : "\(section).\(name)" }
}

/// A constraint between the keys of a section.
enum Rule<Settings: Sendable>: Sendable {
    case exactlyOne([Key<Settings>])
    case atMostOne([Key<Settings>])
    case atLeastOne([Key<Settings>])
    /// All keys or no key.
    case together([Key<Settings>])

    var keys: [Key<Settings>] {
        switch self {
        case .exactlyOne(let keys), .atMostOne(let keys), .atLeastOne(let keys), .together(let keys): keys
        }
    }
}
