// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient
import Synchronization

/// A project-scoped IAM token, sent as `X-Auth-Token`. A replaced token file takes effect within 20 ms; after a
/// rejection the file is read at once.
public final class TokenCredentials: CredentialProvider {
    private struct Cached {
        var token: Secret
        var credential: Credential
        /// When the source was read.
        var readAt: ContinuousClock.Instant
    }

    /// How long a read token is used without reading the source again. A read costs a thread switch and four system
    /// calls, which is noticeable at thousands of requests per second.
    private static let cacheDuration = Duration.milliseconds(20)

    private let source: SecretSource
    private let cached = Mutex<Cached?>(nil)

    /// Creates credentials from the token in `source`.
    public init(_ source: SecretSource) { self.source = source }

    /// Returns the current token.
    public func credential() async throws(CredentialFailure) -> Credential {
        let now = ContinuousClock.now
        if let cached = cached.withLock({ $0 }), now < cached.readAt + Self.cacheDuration { return cached.credential }
        return try await read(now)
    }

    /// Returns the current token if it isn't the rejected one.
    public func replacement(for rejected: Credential) async throws(CredentialFailure) -> Credential? {
        let current = try await read(.now)
        return current.generation == rejected.generation ? nil : current
    }

    private func read(_ now: ContinuousClock.Instant) async throws(CredentialFailure) -> Credential {
        let token = try await source.read(isHeader: true)
        return cached.withLock { cached in
            let same = cached.flatMap { $0.token == token ? $0.credential : nil }
            let credential = same ?? .token(token)
            cached = Cached(token: token, credential: credential, readAt: now)
            return credential
        }
    }
}
