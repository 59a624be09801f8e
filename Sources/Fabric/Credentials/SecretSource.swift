// SPDX-License-Identifier: Apache-2.0
public import Base

/// A secret as it was configured: in place, or in a file that is read again when it changes.
public enum SecretSource: Sendable, Equatable {
    /// The secret itself.
    case value(Secret)
    /// The file that holds it, its trailing newline dropped when read.
    case file(SecretFile)

    /// The file at `path`, which is absolute or relative to the working directory.
    public static func file(path: String) -> SecretSource { .file(SecretFile(path: path)) }

    /// The secret as it is now.
    /// - Parameter isHeader: whether it travels in a header as it is.
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
            throw CredentialFailure("a secret holds characters that no header can carry")
        }
        return secret
    }
}

extension String {
    /// Visible ASCII alone: a line break in a token would end the header and begin another.
    var isHeaderValue: Bool { utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}
