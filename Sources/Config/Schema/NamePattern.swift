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
        guard Self.problem(in: source, mayQuote: false) == nil else { return nil }
        self.source = source
    }

    /// What is wrong with `source`; nil if nothing is.
    /// - Parameter mayQuote: whether the compiler's own words may be shown, which may quote the expression.
    static func problem(in source: String, mayQuote: Bool) -> String? {
        let count = source.utf8.count
        guard count <= longest else {
            return "the regular expression must have at most \(longest) bytes, not \(count)"
        }
        do {
            _ = try Regex(source)
            return nil
        } catch {
            return "not a regular expression" + (mayQuote ? ": \(error)" : "")
        }
    }

    /// Whether the expression matches anywhere in `name`. Compiles the expression: for names by the hundred, not the million.
    public func matches(_ name: String) -> Bool {
        guard let expression = try? Regex(source) else { return false }
        return name.firstMatch(of: expression) != nil
    }
}
