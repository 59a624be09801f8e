// SPDX-License-Identifier: Apache-2.0

/// A regular expression on names, known to compile. It finds a match anywhere in the name unless it has anchors.
///
/// Swift's own `Regex`, not POSIX `regcomp`: an expression that means nothing to it is refused, while glibc reads `\d` as
/// the letter d and would drop workspaces without a word. `Regex` is not `Sendable`, so the text is what is kept.
public struct NamePattern: Sendable, Equatable {
    /// The expression as it was written.
    public let source: String

    /// Nil when `source` does not compile.
    public init?(_ source: String) {
        guard (try? Regex(source)) != nil else { return nil }
        self.source = source
    }

    /// Why `source` does not compile, nil when it does. May quote parts of it.
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
