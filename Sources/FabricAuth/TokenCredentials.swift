// SPDX-License-Identifier: Apache-2.0
public import Secrets
import Synchronization
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

/// A token in a file that something else keeps fresh; a new one is taken up at the next request, or a moment later. A
/// refused token is looked for at once.
public final class TokenFileCredentials: CredentialProvider {
    private struct Known {
        var token: Secret
        var credential: Credential
        /// When the look began that showed it.
        var lookedAt: ContinuousClock.Instant
    }

    /// For so long what was seen is taken to be still there. A look costs a thread's turn and four system calls, which is
    /// felt where thousands of requests are sent in a second.
    private static let patience = Duration.milliseconds(20)

    private let file: SecretFile
    private let known = Mutex<Known?>(nil)

    /// Credentials from the token in the file at `path`.
    public init(path: String) { file = SecretFile(path: path) }

    /// The token that the file holds now.
    public func credential() async throws(CredentialFailure) -> Credential {
        let now = ContinuousClock.now
        if let known = known.withLock({ $0 }), now < known.lookedAt + Self.patience { return known.credential }
        return try await look(now)
    }

    /// The file's token, when it is no longer the refused one.
    public func replacement(for refused: Credential) async throws(CredentialFailure) -> Credential? {
        let now = try await look(.now)
        return now.generation == refused.generation ? nil : now
    }

    private func look(_ now: ContinuousClock.Instant) async throws(CredentialFailure) -> Credential {
        let token: Secret
        do { token = try await file.read() } catch {
            throw CredentialFailure(error.description, cause: .secretFile)
        }
        guard token.isHeaderValue else {
            throw CredentialFailure("the token file holds characters that no header can carry")
        }
        return known.withLock { known in
            let isSame = known?.token == token
            let credential =
                if isSame, let known { known.credential } else {
                    Credential.token(token, generation: Generations.next())
                }
            known = Known(token: token, credential: credential, lookedAt: now)
            return credential
        }
    }
}

extension Credential {
    static func token(_ token: Secret, generation: UInt64) -> Credential {
        Credential(generation: generation, secrets: [token]) { request in
            token.withExposedValue { request.headers.append(HTTPHeader("X-Auth-Token", $0)) }
        }
    }
}
