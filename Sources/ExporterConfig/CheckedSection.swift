// SPDX-License-Identifier: Apache-2.0

/// A mapping of the file whose values have each passed their own check; those that have not are ``CheckedValue/broken``.
struct CheckedSection: Sendable {
    let mark: Mark
    let path: String
    /// Only what the file says: defaults belong to the settings' types.
    var values: [String: CheckedValue] = [:]
    /// Keys whose name is a near miss: they count as given, so that one slip is one error.
    var almost: Set<String> = []

    func isGiven(_ key: String) -> Bool { values[key] != nil || almost.contains(key) }

    func mark(of key: String) -> Mark { values[key]?.mark ?? mark }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func duration(_ key: String) -> Duration? {
        if case .duration(let value) = values[key]?.content { value } else { nil }
    }

    func integer(_ key: String) -> Int? {
        if case .integer(let value) = values[key]?.content { value } else { nil }
    }

    func number(_ key: String) -> Double? {
        if case .number(let value) = values[key]?.content { value } else { nil }
    }

    func boolean(_ key: String) -> Bool? {
        if case .boolean(let value) = values[key]?.content { value } else { nil }
    }

    func text(_ key: String) -> String? {
        if case .text(let value) = values[key]?.content { value } else { nil }
    }

    func texts(_ key: String) -> [String] {
        if case .texts(let value) = values[key]?.content { value } else { [] }
    }

    func pairs(_ key: String) -> [String: String] {
        if case .pairs(let value) = values[key]?.content { value } else { [:] }
    }

    func section(_ key: String) -> CheckedSection? {
        if case .section(let value) = values[key]?.content { value } else { nil }
    }

    func list(_ key: String) -> [CheckedSection] {
        if case .list(let value) = values[key]?.content { value } else { [] }
    }
}

/// One value of a section.
struct CheckedValue: Sendable {
    let mark: Mark
    let content: Content

    enum Content: Sendable {
        case duration(Duration)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        /// With variables filled in; a file's path resolved; a URL without slashes at its end. It may be a secret.
        case text(String)
        case section(CheckedSection)
        case list([CheckedSection])
        case texts([String])
        case pairs([String: String])
        /// Given, and reported as wrong.
        case broken
    }
}
