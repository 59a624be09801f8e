// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A mapping of the file: its keys, and what must hold between them. Reader and documents both walk this table, so that
/// neither can know a key the other does not.
struct Section<Settings: Sendable>: Sendable {
    /// The name that documents give the section, such as `auth.password`.
    let title: String
    /// One or two sentences for people.
    let summary: String
    /// The settings where no key is given. What is required has a stand-in, which no checked configuration keeps.
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

/// One key of a section: its name, the property of the settings that its value goes to, and what documents say of it. The
/// property's initial value is the default.
struct Key<Settings: Sendable>: Sendable {
    let name: String
    let isRequired: Bool
    /// The default in words, where it is no constant.
    let fallback: String?
    /// A sentence for people, unit included.
    let summary: String
    /// Whether the key means anything here; one that does not is refused whatever its value.
    let isSupported: Bool
    /// What documents say of the value.
    let shape: Kind<Void>
    /// Returns the constant default as documents show it.
    let shownDefault: @Sendable (Settings) -> JSONValue?
    /// Reads a value into the settings; false, and a problem, if it is wrong.
    let read: @Sendable (inout SchemaWalker, YAMLNode, _ path: String, inout Settings) -> Bool

    init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<Settings, Value> & Sendable, _ kind: Kind<Value>,
        required isRequired: Bool = false, fallback: String? = nil, _ summary: String = ""
    ) {
        self.init(name, kind, isRequired: isRequired, fallback: fallback, summary) { settings in
            isRequired || fallback != nil ? nil : kind.shown?(settings[keyPath: property])
        } read: { walker, node, path, settings in
            guard let value = kind.read(&walker, node, path, settings[keyPath: property]) else { return false }
            settings[keyPath: property] = value
            return true
        }
    }

    /// A key without which the property stays nil.
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

    /// A key that other programs know and this one refuses by its name.
    init(unsupported name: String) {
        let anything = Kind<Void>(words: "", form: []) { _, _, _, _ in nil }
        self.init(name, anything, isSupported: false, shownDefault: { _ in nil }, read: { _, _, _, _ in false })
    }

    private init<Value>(
        _ name: String, _ kind: Kind<Value>, isSupported: Bool = true, isRequired: Bool = false,
        fallback: String? = nil, _ summary: String = "", shownDefault: @escaping @Sendable (Settings) -> JSONValue?,
        read: @escaping @Sendable (inout SchemaWalker, YAMLNode, String, inout Settings) -> Bool
    ) {
        self.name = name
        self.isRequired = isRequired
        self.fallback = fallback
        self.summary = summary
        self.isSupported = isSupported
        self.shape = kind.map { _ in }
        self.shownDefault = shownDefault
        self.read = read
    }

    /// The full path of the key in the section at `section`.
    func path(in section: String) -> String { section.isEmpty ? name : "\(section).\(name)" }
}

/// What must hold between the keys of a section.
enum Rule<Settings: Sendable>: Sendable {
    case exactlyOne([Key<Settings>])
    case atMostOne([Key<Settings>])
    case atLeastOne([Key<Settings>])
    /// All of them or none.
    case together([Key<Settings>])

    var keys: [Key<Settings>] {
        switch self {
        case .exactlyOne(let keys), .atMostOne(let keys), .atLeastOne(let keys), .together(let keys): keys
        }
    }
}
