// SPDX-License-Identifier: Apache-2.0

/// A problem of a secret file whose path comes from the environment, not from the configuration.
public enum SecretFileProblem: Sendable, Equatable {
    /// The file is missing or empty; it may be created later.
    case absent(String)
    /// The file cannot be read.
    case unreadable(String)

    /// Checks the file at `path`; returns nil if it has content or is a pipe.
    public init?(path: String) {
        do throws(FileAccess.Failure) {
            guard try FileAccess.system.readWithoutWaiting(path, SchemaWalker.secretLimit).isEmpty else { return nil }
            self = .absent("\(MessageText.escaped(path)) is empty")
        } catch {
            let message = "cannot read \(MessageText.escaped(path)): \(error.reason)"
            switch error {
            case .notReady: return nil
            case .missing: self = .absent(message)
            default: self = .unreadable(message)
            }
        }
    }
}
