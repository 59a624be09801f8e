// SPDX-License-Identifier: Apache-2.0

/// Collects errors, warnings and missing secrets until the whole file has been read.
struct ProblemLog {
    let file: String?
    private var problems: [ConfigurationProblem] = []
    private var warningProblems: [ConfigurationProblem] = []
    private var missingSecretProblems: [ConfigurationProblem] = []
    /// Whether a missing or empty secret file is an error.
    private let requiresSecrets: Bool

    init(file: String?, requiresSecrets: Bool = false) {
        self.file = file
        self.requiresSecrets = requiresSecrets
    }

    var isClean: Bool { problems.isEmpty }

    /// The warnings as lines, in the file's order.
    var warnings: [String] { sorted(warningProblems).map(\.description) }

    /// The missing or empty secret files as lines, in the file's order; empty if they are errors.
    var missingSecrets: [String] { sorted(missingSecretProblems).map(\.description) }

    mutating func report(_ mark: Mark?, _ path: String, _ message: String) {
        problems.append(problem(mark, path, message))
    }

    /// Reports a missing or empty secret file.
    mutating func reportMissingSecret(_ mark: Mark?, _ path: String, _ message: String) {
        if requiresSecrets {
            report(mark, path, message)
        } else {
            missingSecretProblems.append(problem(mark, path, message))
        }
    }

    mutating func warn(_ mark: Mark?, _ path: String, _ message: String) {
        warningProblems.append(problem(mark, path, message))
    }

    /// The errors in the file's order.
    var failure: ConfigurationProblems { ConfigurationProblems(problems: sorted(problems)) }

    private func problem(_ mark: Mark?, _ path: String, _ message: String) -> ConfigurationProblem {
        // Keys and parser messages contain text from the file, so both are escaped.
        ConfigurationProblem(
            file: file, line: mark?.line, column: mark?.column, path: MessageText.escaped(path),
            message: MessageText.escaped(message))
    }

    /// Sorts by position, then by order of detection; the index is compared because `sort` is not stable. Removes
    /// positions if there is no file.
    private func sorted(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        let sorted = problems.enumerated().sorted { left, right in
            let (first, second) = (left.element, right.element)
            return (first.line ?? 0, first.column ?? 0, left.offset) < (
                second.line ?? 0, second.column ?? 0, right.offset
            )
        }
        return sorted.map { _, problem in
            var problem = problem
            if file == nil { (problem.line, problem.column) = (nil, nil) }
            return problem
        }
    }
}

/// Text from the file, made safe for messages.
enum MessageText {
    /// Returns `text` in quotes, escaped and cut to 60 characters.
    static func quoted(_ text: String) -> String { "\"\(clipped(text))\"" }

    /// Returns `text` escaped and cut to 60 characters.
    static func clipped(_ text: String) -> String { escaped(text.count > 60 ? text.prefix(60) + "…" : text[...]) }

    /// Returns an escaped path; nil if it is so long that it may be a secret in place of a file name.
    static func path(_ path: String) -> String? {
        let parts = path.split(separator: "/")
        guard path.utf8.count <= 255, parts.allSatisfy({ $0.utf8.count <= 100 }) else { return nil }
        return escaped(path)
    }

    /// Escapes control characters, line separators, and invisible or bidirectional formatting characters.
    static func escaped(_ text: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
