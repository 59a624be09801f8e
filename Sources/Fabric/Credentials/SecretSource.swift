// SPDX-License-Identifier: Apache-2.0
public import Base

/// A configured secret: the value itself, or a file that is read again when it changes.
public enum SecretSource: Sendable, Equatable {
    /// The secret itself.
    case value(Secret)
    /// A file with the secret. A trailing newline is dropped.
    case file(SecretFile)

    /// Returns the source for the file at `path`, absolute or relative to the working directory.
    public static func file(path: String) -> SecretSource { .file(SecretFile(path: path)) }

    /// Returns the current secret.
    /// - Parameter isHeader: whether the secret is sent unencoded in a header, which restricts its characters.
    /// - Throws: ``CredentialFailure`` if the file is unreadable or the secret can't be sent.
    func read(isHeader: Bool) async throws(CredentialFailure) -> Secret {
        let secret: Secret
        switch self {
        case .value(let value): secret = value
        case .file(let file):
            do { secret = try await file.read() } catch {
                throw CredentialFailure(error.description, cause: .secretFile)
            }
        }
        guard !isHeader || secret.withExposedValue({ $0.isHeaderValue }) else {
            throw CredentialFailure("the secret contains characters that are not allowed in a header")
        }
        return secret
    }
}

extension String {
    /// Whether the text is visible ASCII. A line break in a token would inject another header.
    var isHeaderValue: Bool { utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}
