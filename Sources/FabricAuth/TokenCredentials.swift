// SPDX-License-Identifier: Apache-2.0
public import Secrets
internal import Transport

/// A project-scoped IAM token that was handed over as it is, sent as `X-Auth-Token`.
public struct TokenCredentials: CredentialProvider {
    private let token: Credential

    /// Credentials of the one `token`.
    public init(token: Secret) { self.token = .token(token, generation: Generations.next()) }

    /// The token.
    public func credential() async throws(CredentialFailure) -> Credential { token }

    /// Nil: there is no other token.
    public func replacement(for refused: Credential) async throws(CredentialFailure) -> Credential? { nil }
}

/// A token in a file that something else keeps fresh; a new one is taken up at the next request.
public actor TokenFileCredentials: CredentialProvider {
    private let file: SecretFile
    private var current: (token: Secret, generation: UInt64)?

    /// Credentials from the token in the file at `path`. A refused token is looked for at once, one that is still accepted
    /// may be sent for a moment longer.
    public init(path: String) { file = SecretFile(path: path, patience: .milliseconds(20)) }

    /// The token that the file holds now.
    public func credential() async throws(CredentialFailure) -> Credential { try await credential(anew: false) }

    private func credential(anew: Bool) async throws(CredentialFailure) -> Credential {
        let token: Secret
        do { token = try await file.read(anew: anew) } catch { throw CredentialFailure(error.description) }
        guard token.isHeaderValue else {
            throw CredentialFailure("the token file holds characters that no header can carry")
        }
        if let current, current.token == token { return .token(token, generation: current.generation) }
        let generation = Generations.next()
        current = (token, generation)
        return .token(token, generation: generation)
    }

    /// The file's token, when it is no longer the refused one.
    public func replacement(for refused: Credential) async throws(CredentialFailure) -> Credential? {
        let now = try await credential(anew: true)
        return now.generation == refused.generation ? nil : now
    }
}

extension Credential {
    static func token(_ token: Secret, generation: UInt64) -> Credential {
        Credential(generation: generation, secrets: [token]) { request in
            token.withExposedValue { request.headers.append(HTTPHeader("X-Auth-Token", $0)) }
        }
    }
}
