// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient
import Synchronization

/// A project-scoped IAM token, sent as `X-Auth-Token`. If it is in a file, the next request, or one a moment later, uses a
/// token that has replaced it; after a rejection the file is read at once.
public final class TokenCredentials: CredentialProvider {
    private struct Known {
        var token: Secret
        var credential: Credential
        /// When the look began that showed it.
        var lookedAt: ContinuousClock.Instant
    }

    /// For so long what was seen is taken to be still there. A look costs a thread's turn and four system calls, which
    /// is felt where thousands of requests are sent in a second.
    private static let patience = Duration.milliseconds(20)

    private let source: SecretSource
    private let known = Mutex<Known?>(nil)

    /// Credentials of the token in `source`.
    public init(_ source: SecretSource) { self.source = source }

    /// The token as it is now.
    public func credential() async throws(CredentialFailure) -> Credential {
        let now = ContinuousClock.now
        if let known = known.withLock({ $0 }), now < known.lookedAt + Self.patience { return known.credential }
        return try await look(now)
    }

    /// The token, when it is no longer the refused one.
    public func replacement(for refused: Credential) async throws(CredentialFailure) -> Credential? {
        let now = try await look(.now)
        return now.generation == refused.generation ? nil : now
    }

    private func look(_ now: ContinuousClock.Instant) async throws(CredentialFailure) -> Credential {
        let token = try await source.read(isHeader: true)
        return known.withLock { known in
            let same = known.flatMap { $0.token == token ? $0.credential : nil }
            let credential = same ?? .token(token)
            known = Known(token: token, credential: credential, lookedAt: now)
            return credential
        }
    }
}
