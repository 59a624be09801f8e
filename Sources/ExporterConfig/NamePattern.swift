// SPDX-License-Identifier: Apache-2.0

/// A regular expression on names, known to compile. It finds a match anywhere in the name unless it has anchors.
///
/// Swift's own `Regex`, not POSIX `regcomp`: an expression that means nothing to it is refused, while glibc reads `\d` as
/// the letter d and would drop workspaces without a word. `Regex` is not `Sendable`, so the text is what is kept.
public struct NamePattern: Sendable, Equatable {
    /// Bytes an expression may have. Its compiler calls itself for every level of `[[[…` and of `&&a&&a…`, and takes time
    /// that grows with the square of the levels; a few thousand exhaust a thread's stack and end the process.
    static let longest = 1_000

    /// The expression as it was written.
    public let source: String

    /// Nil when `source` does not compile, or has more than 1000 bytes.
    public init?(_ source: String) {
        guard Self.excess(of: source) == nil, (try? Regex(source)) != nil else { return nil }
        self.source = source
    }

    /// Why `source` is too long to be compiled, nil when it is not. Quotes nothing of it.
    static func excess(of source: String) -> String? {
        let count = source.utf8.count
        guard count > longest else { return nil }
        return "the regular expression must have at most \(longest) bytes, not \(count)"
    }

    /// Why `source` does not compile, nil when it does; ``excess(of:)`` goes before. May quote parts of it.
    static func problem(in source: String) -> String? {
        do {
            _ = try Regex(source)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Whether the expression matches anywhere in `name`. Compiles the expression: for names by the hundred, not the million.
    public func matches(_ name: String) -> Bool {
        guard let expression = try? Regex(source) else { return false }
        return name.firstMatch(of: expression) != nil
    }
}
