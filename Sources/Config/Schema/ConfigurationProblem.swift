// SPDX-License-Identifier: Apache-2.0

/// An error in a configuration, as one line without secrets.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file's name as given by the user; nil for an error in flags.
    public var file: String?
    /// The line, from 1; nil if the error has no position, such as for a file that cannot be read.
    public var line: Int?
    /// The column in characters, from 1; nil if `line` is nil.
    public var column: Int?
    /// The key's full path, such as `sources[0].auth.token_file`, or the flag; empty for the whole file.
    public var path: String
    /// The message: what was found and what is allowed.
    public var message: String

    /// `config.yaml:7:14: sources[0].auth.token_file: cannot read /run/secrets/token: no such file`
    public var description: String {
        var position = file.map { MessageText.escaped($0) }
        if let name = position, let line, let column { position = "\(name):\(line):\(column)" }
        return [position, path.isEmpty ? nil : path, message].compactMap { $0 }.joined(separator: ": ")
    }
}

/// All errors of a configuration, sorted by position; never empty.
public struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// The errors, in the order of the file.
    public var problems: [ConfigurationProblem]

    /// One line per error, without a trailing newline.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
