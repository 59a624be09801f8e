// SPDX-License-Identifier: Apache-2.0
internal import Base
import Synchronization

/// Credentials that a service issues and that expire.
///
/// - All callers share one renewal at a time. It begins before the credential expires; until it ends the credential
///   stays in use.
/// - After a rejection the next attempt waits 1 minute, then 2, 4 … 15, because wrong passwords and keys lock accounts.
///   Changed secrets are tried at once.
/// - A pause that the service asks for is kept even if secrets or settings change.
public actor RenewingCredentials: CredentialProvider {
    private struct Current {
        var credential: Credential
        var secrets: [Secret]
        var renewAt: ContinuousClock.Instant?
        var expiresAt: ContinuousClock.Instant?
    }

    private struct FailedRenewal {
        var secrets: [Secret]
        var failure: CredentialFailure
        var nextTry: ContinuousClock.Instant
        /// The number of consecutive failures of the same kind.
        var count: Int

        /// Whether the service asked for the pause. It then also applies to other secrets and after a reload.
        var isPause: Bool { failure.retryAfter != nil }
    }

    /// True, because wrong passwords and keys lock accounts.
    public nonisolated var isLockable: Bool { true }
    private let issuer: any CredentialIssuer
    private let client: CredentialClient
    private let clock: any ExporterClock
    private let random: @Sendable () -> Double
    private let published = Mutex(CredentialStatus())
    private let renewed = ChangeSignal()
    private var current: Current?
    private var failedRenewal: FailedRenewal?
    private var isRenewing = false

    /// - Parameter random: returns numbers from 0 to 1, for the jitter.
    init(
        _ issuer: any CredentialIssuer, client: CredentialClient,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.issuer = issuer
        self.client = client
        clock = client.clock
        self.random = random
    }

    /// See ``CredentialProvider/status``.
    public nonisolated var status: CredentialStatus {
        var status = published.withLock { $0 }
        (status.refreshes, status.failures) = client.outcomes
        return status
    }

    /// See ``CredentialProvider/retryNow()``.
    public func retryNow() async {
        guard let failedRenewal, !failedRenewal.isPause else { return }
        self.failedRenewal?.nextTry = clock.now
        published.withLock { if $0.nextProbe != nil { $0.nextProbe = clock.now } }
    }

    /// Returns the current credential, or waits for a renewal.
    public func credential() async throws(CredentialFailure) -> Credential {
        let secrets: [Secret]
        do { secrets = try await issuer.secrets() } catch {
            // An issued credential stays valid if the secret's file disappears.
            if let current, current.expiresAt != nil, isValid(current) { return current.credential }
            throw error
        }
        if let current, current.secrets == secrets, isValid(current) {
            if let renewAt = current.renewAt, clock.now >= renewAt, mayTry(secrets) { beginRenewal(secrets) }
            return current.credential
        }
        if isRenewing || mayTry(secrets) {
            beginRenewal(secrets)
            try await waitForRenewal()
        }
        if let current, isValid(current) { return current.credential }
        throw failure
    }

    /// Returns a credential newer than `rejected`, after a renewal if there is none yet.
    public func replacement(for rejected: Credential) async throws(CredentialFailure) -> Credential? {
        let secrets = try await issuer.secrets()
        if let current, current.credential.generation != rejected.generation { return current.credential }
        guard issuer.canReissue || current?.secrets != secrets else { return nil }
        // The rejected credential isn't used again, even if the renewal fails.
        current = nil
        if isRenewing || mayTry(secrets) {
            beginRenewal(secrets)
            try await waitForRenewal()
        }
        if let current { return current.credential }
        throw failure
    }

    /// Why there is no credential.
    private var failure: CredentialFailure {
        failedRenewal?.failure ?? CredentialFailure("could not obtain a credential")
    }

    private func isValid(_ current: Current) -> Bool { current.expiresAt.map { clock.now < $0 } ?? true }

    /// Returns whether an attempt is allowed now. Changed secrets may be tried at once unless the service asked for a
    /// pause.
    private func mayTry(_ secrets: [Secret]) -> Bool {
        guard let failedRenewal else { return true }
        return clock.now >= failedRenewal.nextTry || (failedRenewal.secrets != secrets && !failedRenewal.isPause)
    }

    private func beginRenewal(_ secrets: [Secret]) {
        guard !isRenewing else { return }
        isRenewing = true
        // Unstructured, because the caller's poll may end while others still wait for the renewal.
        Task { await renew(secrets) }
    }

    private func renew(_ secrets: [Secret]) async {
        let begin = clock.now
        let result: Result<IssuedCredential, CredentialFailure>
        do { result = .success(try await issuer.issue(secrets)) } catch { result = .failure(error) }
        switch result {
        case .success(let issued): store(issued, secrets, begin: begin)
        case .failure(let failure): scheduleRetry(after: failure, secrets)
        }
        isRenewing = false
        renewed.notify()
    }

    private func store(_ issued: IssuedCredential, _ secrets: [Secret], begin: ContinuousClock.Instant) {
        var new = Current(credential: issued.credential, secrets: secrets)
        var expiry: Int64?
        if let life = issued.lifetime {
            // Counts from before the request, so that the credential is rather replaced too early than too late.
            let end = begin + life
            let left = end - clock.now
            let (seconds, attoseconds) = left.components
            expiry = clock.wallMicroseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000
            let margin = min(.seconds(2_400), life / 3)
            // Jitter, so that exporters that started together don't renew together.
            new.renewAt = end - margin * (1 - 0.25 * random())
            // A margin, because a request must end before the credential expires.
            new.expiresAt = end - min(.seconds(10), life / 20)
        }
        current = new
        failedRenewal = nil
        published.withLock { status in
            status.expiryMicroseconds = expiry
            status.nextProbe = nil
        }
        if issued.wasObtained { client.count(isSuccess: true) }
    }

    private func scheduleRetry(after failure: CredentialFailure, _ secrets: [Secret]) {
        let last = failedRenewal
        let isSame = last?.failure.isRejection == failure.isRejection && last?.secrets == secrets
        let count = isSame ? (last?.count ?? 0) + 1 : 1
        let step = 1 << min(count - 1, 6)
        let pause: Duration =
            failure.isRejection
            ? min(.seconds(900), .seconds(60) * step)
            : failure.retryAfter ?? min(.seconds(60), .seconds(1) * step)
        let next = clock.now + pause
        failedRenewal = FailedRenewal(secrets: secrets, failure: failure, nextTry: next, count: count)
        published.withLock { status in
            status.nextProbe = failure.isRejection ? next : nil
            if current == nil { status.expiryMicroseconds = nil }
        }
        client.count(isSuccess: false)
    }

    /// Waits for the end of the current renewal. It always ends: an issuer sends at most five requests (a session token
    /// and keys from the metadata service, both twice, and the project), each with a timeout.
    private func waitForRenewal() async throws(CredentialFailure) {
        guard isRenewing else { return }
        await renewed.wait(beyond: renewed.version)
        if Task.isCancelled { throw CredentialFailure("poll canceled before a credential was obtained") }
    }
}
