// SPDX-License-Identifier: Apache-2.0
public import Secrets

/// A secret in place, or in a file that is read again when it changes.
public struct SecretSource: Sendable {
    private enum Place {
        case value(Secret)
        case file(SecretFile)
    }

    private let place: Place

    /// The secret itself.
    public init(_ secret: Secret) { place = .value(secret) }

    /// The file that holds it.
    public init(path: String) { place = .file(SecretFile(path: path)) }

    /// The secret as it is now.
    /// - Parameter isHeader: whether it travels in a header as it is.
    func read(isHeader: Bool) async throws(CredentialFailure) -> Secret {
        let secret: Secret
        switch place {
        case .value(let value): secret = value
        case .file(let file):
            do { secret = try await file.read() } catch {
                throw CredentialFailure(error.description, cause: .secretFile)
            }
        }
        guard !isHeader || secret.isHeaderValue else {
            throw CredentialFailure("a secret holds characters that no header can carry")
        }
        return secret
    }
}

extension Secret {
    /// Visible ASCII alone: a line break in a token would end the header and begin another.
    var isHeaderValue: Bool { withExposedValue { $0.isHeaderValue } }
}

extension String {
    /// Visible ASCII alone.
    var isHeaderValue: Bool { utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}
