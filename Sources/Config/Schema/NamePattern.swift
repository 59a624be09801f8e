// SPDX-License-Identifier: Apache-2.0

/// A valid regular expression on names. It matches anywhere in the name unless it has anchors.
///
/// Uses Swift's `Regex`, not POSIX `regcomp`: it rejects syntax that it does not know, while glibc reads `\d` as the
/// letter d and would silently drop workspaces. `Regex` is not `Sendable`, so only its text is stored.
public struct NamePattern: Sendable, Equatable {
    /// The maximum length in bytes. The compiler recurses for every level of `[[[…` and of `&&a&&a…`, in quadratic
    /// time; a few thousand levels overflow a thread's stack and crash the process.
    static let maximumLength = 1_000

    /// The expression's text.
    public let source: String

    /// Returns nil if `source` does not compile or has more than 1000 bytes.
    public init?(_ source: String) {
        guard Self.problem(in: source, mayQuote: false) == nil else { return nil }
        self.source = source
    }

    /// Returns why `source` is invalid; nil if it is valid.
    /// - Parameter mayQuote: whether the message may quote the expression; false if it may contain a secret.
    static func problem(in source: String, mayQuote: Bool) -> String? {
        let count = source.utf8.count
        guard count <= maximumLength else {
            return "the regular expression must have at most \(maximumLength) bytes, not \(count)"
        }
        do {
            _ = try Regex(source)
            return nil
        } catch {
            return mayQuote
                ? "invalid regular expression \(MessageText.quoted(source)): \(error)" : "invalid regular expression"
        }
    }

    /// Whether the expression matches anywhere in `name`. Compiles the expression on every call, so it suits hundreds
    /// of names, not millions.
    public func matches(_ name: String) -> Bool {
        guard let expression = try? Regex(source) else { return false }
        return name.firstMatch(of: expression) != nil
    }
}
