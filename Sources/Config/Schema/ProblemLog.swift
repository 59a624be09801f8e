// SPDX-License-Identifier: Apache-2.0

/// Gathers what is wrong, and what is merely worth a word, until the whole file has been read.
struct ProblemLog {
    let file: String?
    private var problems: [ConfigurationProblem] = []
    private var remarks: [ConfigurationProblem] = []
    private var absences: [ConfigurationProblem] = []
    /// Whether a secret file that is missing or empty is a problem.
    private let requiresSecrets: Bool

    init(file: String?, requiresSecrets: Bool = false) {
        self.file = file
        self.requiresSecrets = requiresSecrets
    }

    var isClean: Bool { problems.isEmpty }

    /// The remarks as lines, in the file's order.
    var warnings: [String] { presented(remarks).map(\.description) }

    /// The secret files that are missing or empty, as lines, in the file's order; none if they are problems.
    var missingSecrets: [String] { presented(absences).map(\.description) }

    mutating func report(_ mark: Mark?, _ path: String, _ message: String) {
        problems.append(problem(mark, path, message))
    }

    /// Notes that a secret file is missing or empty.
    mutating func reportAbsence(_ mark: Mark?, _ path: String, _ message: String) {
        if requiresSecrets { report(mark, path, message) } else { absences.append(problem(mark, path, message)) }
    }

    mutating func warn(_ mark: Mark?, _ path: String, _ message: String) {
        remarks.append(problem(mark, path, message))
    }

    /// The problems in the file's order.
    var failure: ConfigurationProblems { ConfigurationProblems(problems: presented(problems)) }

    private func problem(_ mark: Mark?, _ path: String, _ message: String) -> ConfigurationProblem {
        // Keys come from the file, and messages may hold what others say of it.
        ConfigurationProblem(
            file: file, line: mark?.line, column: mark?.column, path: Shown.escaped(path),
            message: Shown.escaped(message))
    }

    /// By position; what shares one stays in the order of its finding, which the index keeps: `sort` alone is not stable.
    private func presented(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
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

/// Text from the file as messages may show it.
enum Shown {
    /// In quotes, control characters escaped, cut to 60 characters.
    static func quoted(_ text: String) -> String { "\"\(clipped(text))\"" }

    /// Control characters escaped, cut to 60 characters.
    static func clipped(_ text: String) -> String { escaped(text.count > 60 ? text.prefix(60) + "…" : text[...]) }

    /// A path as it is; nil for one that looks like a secret put where its file's name belongs.
    static func path(_ path: String) -> String? {
        let parts = path.split(separator: "/")
        guard path.utf8.count <= 255, parts.allSatisfy({ $0.utf8.count <= 100 }) else { return nil }
        return escaped(path)
    }

    /// Control characters, what breaks lines, and what cannot be seen or turns the direction of writing, escaped.
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
