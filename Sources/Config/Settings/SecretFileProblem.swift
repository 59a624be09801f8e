// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a secret file that the configuration does not name itself, such as one from an environment variable.
public enum SecretFileProblem: Sendable, Equatable {
    /// It is missing or empty, and may come later.
    case absent(String)
    /// It cannot be read.
    case unreadable(String)

    /// The problem of the file at `path`; nil if it has content, or content that can only be waited for.
    public init?(path: String) {
        do throws(FileAccess.Failure) {
            guard try FileAccess.system.readAtOnce(path, SchemaWalker.secretLimit).isEmpty else { return nil }
            self = .absent("\(Shown.escaped(path)) is empty")
        } catch {
            let message = "cannot read \(Shown.escaped(path)): \(error.reason)"
            switch error {
            case .notReady: return nil
            case .missing: self = .absent(message)
            default: self = .unreadable(message)
            }
        }
    }
}
