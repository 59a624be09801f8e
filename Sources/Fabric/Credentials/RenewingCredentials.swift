// SPDX-License-Identifier: Apache-2.0
internal import Base
import Synchronization

/// Credentials that are obtained and end. One is obtained at a time, for all who wait; it is renewed before it ends, while
/// the old one still serves; and who refuses to issue one is left alone for a minute, then for 2, 4 … 15, because wrong
/// passwords and keys lock accounts. A service that asks for a pause gets it, whatever changes meanwhile.
public actor RenewingCredentials: CredentialProvider {
    private struct Held {
        var credential: Credential
        var secrets: [Secret]
        var renewAt: ContinuousClock.Instant?
        var endsAt: ContinuousClock.Instant?
    }

    private struct Setback {
        var secrets: [Secret]
        var failure: CredentialFailure
        var nextTry: ContinuousClock.Instant
        /// In a row, of the same kind.
        var count: Int

        /// Whether the service asked for the pause, which then holds for other secrets and after a reload too.
        var isPause: Bool { failure.retryAfter != nil }
    }

    /// True: wrong passwords and keys lock accounts.
    public nonisolated var isLockable: Bool { true }
    private let issuer: any CredentialIssuer
    private let exchanges: CredentialExchanges
    private let clock: any ExporterClock
    private let random: @Sendable () -> Double
    private let published = Mutex(CredentialStatus())
    private let renewed = ChangeSignal()
    private var held: Held?
    private var setback: Setback?
    private var isRenewing = false

    /// - Parameter random: numbers from 0 to 1, for the jitter.
    init(
        _ issuer: any CredentialIssuer, exchanges: CredentialExchanges,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.issuer = issuer
        self.exchanges = exchanges
        clock = exchanges.clock
        self.random = random
    }

    /// See ``CredentialProvider/status``.
    public nonisolated var status: CredentialStatus {
        var status = published.withLock { $0 }
        (status.refreshes, status.failures) = exchanges.outcomes
        return status
    }

    /// See ``CredentialProvider/testAnew()``.
    public func testAnew() async {
        guard let setback, !setback.isPause else { return }
        self.setback?.nextTry = clock.now
        published.withLock { if $0.nextProbe != nil { $0.nextProbe = clock.now } }
    }

    /// The credential in use, or one that is obtained now.
    public func credential() async throws(CredentialFailure) -> Credential {
        let secrets: [Secret]
        do { secrets = try await issuer.secrets() } catch {
            // What was obtained with a secret outlives the secret's file.
            if let held, held.endsAt != nil, isAlive(held) { return held.credential }
            throw error
        }
        if let held, held.secrets == secrets, isAlive(held) {
            if let renewAt = held.renewAt, clock.now >= renewAt, mayTry(secrets) { begin(secrets) }
            return held.credential
        }
        if isRenewing || mayTry(secrets) {
            begin(secrets)
            try await waitForRenewal()
        }
        if let held, isAlive(held) { return held.credential }
        throw failure
    }

    /// Another credential, obtained now where nobody has obtained one since `refused`.
    public func replacement(for refused: Credential) async throws(CredentialFailure) -> Credential? {
        let secrets = try await issuer.secrets()
        if let held, held.credential.generation != refused.generation { return held.credential }
        guard issuer.canReplace || held?.secrets != secrets else { return nil }
        // It was refused: whatever comes now, it serves no longer.
        held = nil
        if isRenewing || mayTry(secrets) {
            begin(secrets)
            try await waitForRenewal()
        }
        if let held { return held.credential }
        throw failure
    }

    /// Why there is no credential.
    private var failure: CredentialFailure {
        setback?.failure ?? CredentialFailure("no credential could be obtained")
    }

    private func isAlive(_ held: Held) -> Bool { held.endsAt.map { clock.now < $0 } ?? true }

    /// Whether asking is allowed now: other secrets may be tried at once, unless the service asked for a pause.
    private func mayTry(_ secrets: [Secret]) -> Bool {
        guard let setback else { return true }
        return clock.now >= setback.nextTry || (setback.secrets != secrets && !setback.isPause)
    }

    private func begin(_ secrets: [Secret]) {
        guard !isRenewing else { return }
        isRenewing = true
        // Not a child of whoever asked first: its poll may end while others still wait.
        Task { await renew(secrets) }
    }

    private func renew(_ secrets: [Secret]) async {
        let begin = clock.now
        let result: Result<IssuedCredential, CredentialFailure>
        do { result = .success(try await issuer.issue(secrets)) } catch { result = .failure(error) }
        switch result {
        case .success(let issued): take(issued, secrets, begin: begin)
        case .failure(let failure): note(failure, secrets)
        }
        isRenewing = false
        renewed.notify()
    }

    private func take(_ issued: IssuedCredential, _ secrets: [Secret], begin: ContinuousClock.Instant) {
        var new = Held(credential: issued.credential, secrets: secrets)
        var expiry: Int64?
        if let life = issued.lifetime {
            // Counted from before it was asked for: rather too short than too long.
            let end = begin + life
            let left = end - clock.now
            let (seconds, attoseconds) = left.components
            expiry = clock.wallMicroseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000
            let margin = min(.seconds(2_400), life / 3)
            // Spread, or many exporters that began together would renew together for ever.
            new.renewAt = end - margin * (1 - 0.25 * random())
            // A request that begins with the last moment of a token ends without it.
            new.endsAt = end - min(.seconds(10), life / 20)
        }
        held = new
        setback = nil
        published.withLock { status in
            status.expiryMicroseconds = expiry
            status.nextProbe = nil
        }
        if issued.wasObtained { exchanges.count(isSuccess: true) }
    }

    private func note(_ failure: CredentialFailure, _ secrets: [Secret]) {
        let isSame = setback?.failure.isRefusal == failure.isRefusal && setback?.secrets == secrets
        let count = isSame ? (setback?.count ?? 0) + 1 : 1
        let step = 1 << min(count - 1, 6)
        let pause: Duration =
            failure.isRefusal
            ? min(.seconds(900), .seconds(60) * step)
            : failure.retryAfter ?? min(.seconds(60), .seconds(1) * step)
        let next = clock.now + pause
        setback = Setback(secrets: secrets, failure: failure, nextTry: next, count: count)
        published.withLock { status in
            status.nextProbe = failure.isRefusal ? next : nil
            if held == nil { status.expiryMicroseconds = nil }
        }
        exchanges.count(isSuccess: false)
    }

    /// Waits for the end of the renewal that is under way, and of no other. It ends: an issuer makes at most five requests
    /// (a session token and keys of the metadata service, both twice, and the project), each with a timeout.
    private func waitForRenewal() async throws(CredentialFailure) {
        guard isRenewing else { return }
        await renewed.wait(beyond: renewed.version)
        if Task.isCancelled { throw CredentialFailure("the poll was ended before a credential was obtained") }
    }
}
