// SPDX-License-Identifier: Apache-2.0

/// One thing wrong with a configuration, on one line, without the value of any secret.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file's name as it was given; nil for a problem with flags.
    public var file: String?
    /// The line, from 1; nil where the problem has none, such as a file that cannot be read.
    public var line: Int?
    /// The column in characters, from 1; nil where `line` is.
    public var column: Int?
    /// The key's full path, such as `sources[0].auth.token_file`, or the flag; empty for the file as a whole.
    public var path: String
    /// What was found and what is allowed.
    public var message: String

    /// `config.yaml:7:14: sources[0].auth.token_file: cannot read /run/secrets/token: no such file`
    public var description: String {
        var position = file.map { Shown.escaped($0) }
        if let name = position, let line, let column { position = "\(name):\(line):\(column)" }
        return [position, path.isEmpty ? nil : path, message].compactMap { $0 }.joined(separator: ": ")
    }
}

/// Everything wrong with a configuration, sorted by position; never empty.
public struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// The problems, in the order of the file.
    public var problems: [ConfigurationProblem]

    /// One line for each problem, without a newline at the end.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
