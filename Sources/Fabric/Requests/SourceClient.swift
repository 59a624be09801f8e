// SPDX-License-Identifier: Apache-2.0
public import Base
public import HTTPClient
import Synchronization

/// Sends the API requests of one source: applies its rate limit and credential, retries, and counts. Holds the state
/// that the workspaces of a source share.
public final class SourceClient: Sendable {
    private struct Shared {
        var transport: any HTTPTransport
        var credentials: any CredentialProvider
        var settings: PollSettings
        var gate: SourceGate
        /// The retry budgets of endpoints and discovery (key nil) and of each optional listing.
        var budgets: [String?: RetryBudget] = [:]
        /// The pauses that the service asked for with 503, by subject.
        var pauses: [String: (until: ContinuousClock.Instant, failure: APIFailure)] = [:]
        /// When a request was last sent.
        var lastSent: ContinuousClock.Instant?
        /// The requests of the last minute, retries included.
        var sent: MinuteCounter
        /// The time until every workspace has had its turn; nil while it is within the interval.
        var round: Duration?
        /// Whether a request had no credential since ``hasUntriedCredential()`` last found one.
        var hasLackedCredential = false
    }

    private let source: String
    private let clock: any ExporterClock
    private let limiter: RequestLimiter
    private let shared: Mutex<Shared>
    private let gateChanged = ChangeSignal()
    private let statistics: APIStatistics
    let decoders = PageDecoderPool()
    var decodingLimiter: DecodingLimiter { limiter.decodingLimiter }

    /// Creates a client that sends through `transport`.
    /// - Parameters:
    ///   - source: the source's name, for fairness in `limiter`.
    ///   - statistics: counts the requests, and those for credentials.
    public init(
        source: String = "", transport: any HTTPTransport, credentials: any CredentialProvider,
        clock: any ExporterClock, limiter: RequestLimiter, settings: PollSettings,
        statistics: APIStatistics = APIStatistics()
    ) {
        self.statistics = statistics
        self.source = source
        self.clock = clock
        self.limiter = limiter
        shared = Mutex(
            Shared(
                transport: transport, credentials: credentials, settings: settings,
                gate: SourceGate(interval: settings.interval, isLockable: credentials.isLockable),
                sent: MinuteCounter(now: clock.now)))
        limiter.register(source)
        limiter.setRate(settings.requestsPerSecond, of: source)
    }

    /// Replaces transport, credentials and settings, and keeps the counters. A rejected credential is probed at once.
    /// - Parameter isMoved: whether requests go to another address or account from now on; this ends throttling and
    ///   other states of the source.
    public func reconfigure(
        transport: any HTTPTransport, credentials: any CredentialProvider, settings: PollSettings,
        isMoved: Bool = false
    ) {
        let oldRate = shared.withLock { shared in
            defer { shared.settings = settings }
            shared.transport = transport
            shared.credentials = credentials
            shared.pauses = [:]
            if isMoved {
                shared.gate = SourceGate(interval: settings.interval, isLockable: credentials.isLockable)
                shared.budgets = [:]
                shared.round = nil
            } else {
                shared.gate.reconfigure(
                    interval: settings.interval, isLockable: credentials.isLockable, now: clock.now)
            }
            return shared.settings.requestsPerSecond
        }
        if settings.requestsPerSecond != oldRate { limiter.setRate(settings.requestsPerSecond, of: source) }
        gateChanged.notify()
    }

    /// Returns whether a rejected or missing credential was replaced by one that wasn't tried yet. May read the
    /// credential's file.
    public func hasUntriedCredential() async -> Bool {
        let credentials = credentials
        let wasRejected = credentials.status.nextProbe != nil
        guard let credential = try? await credentials.credential() else { return false }
        // There was none before: IAM rejected the secrets, or the secret's file didn't exist.
        let hasLacked = shared.withLock { shared in
            defer { shared.hasLackedCredential = false }
            return shared.hasLackedCredential
        }
        if wasRejected || hasLacked { return true }
        return shared.withLock { $0.gate.isLockedOut(otherThan: credential.generation) }
    }

    /// The maximum number of concurrent page requests of one listing: half of the slots, at most 16, so that a listing
    /// whose requests hang leaves slots for others.
    var concurrentPages: Int { max(1, min(16, limiter.concurrency / 2)) }

    /// The current time of the monotonic clock.
    public var now: ContinuousClock.Instant { clock.now }

    /// The current time of this machine's wall clock.
    public var wallTime: Timestamp { Timestamp(microseconds: clock.wallMicroseconds) }

    var settings: PollSettings { shared.withLock { $0.settings } }
    private var credentials: any CredentialProvider { shared.withLock { $0.credentials } }

    deinit { limiter.unregister(source) }

    /// The request counters.
    public var counters: APICounters { statistics.counters }

    /// Counts a failed query of a pool.
    public func noteFailure(of query: PoolQuery, _ reason: FailureReason) { statistics.countFailure(query, reason) }

    /// Whether the source backs off because it was throttled.
    public var isThrottled: Bool { throttledUntil != nil }

    /// When a throttled source sends its next request; nil unless it backs off. In the past while that request is due
    /// or in flight.
    public var throttledUntil: ContinuousClock.Instant? { shared.withLock { $0.gate.throttledUntil } }

    /// The number of API requests sent in the last minute, retries included. Requests for credentials don't count: the
    /// rate limit doesn't apply to them.
    public var requestsPerMinute: Int { shared.withLock { $0.sent.total(now: clock.now) } }

    /// The rate limit in requests per minute; nil without a limit.
    public var requestsPerMinuteLimit: Double? {
        let perSecond = settings.requestsPerSecond
        return perSecond > 0 ? perSecond * 60 : nil
    }

    /// When a rejected credential is probed next; nil unless the source is locked out.
    public var nextProbe: ContinuousClock.Instant? {
        let (gate, credentials) = shared.withLock { ($0.gate.nextProbe, $0.credentials) }
        return gate ?? credentials.status.nextProbe
    }

    /// The workspaces to poll now to confirm that the credential still works, after it was rejected for a workspace for
    /// which it had worked; nil if there is nothing to confirm.
    public var confirmation: SourceGate.Confirmation? { shared.withLock { $0.gate.confirmation } }

    /// Sets the number of workspaces that are polled through this client.
    public func setWorkspaces(_ count: Int) { shared.withLock { $0.gate.workspaces = count } }

    /// The last measured time until every workspace has had its turn; nil while it is within the interval.
    public var round: Duration? { shared.withLock { $0.round } }

    /// Sets the time from one turn of a workspace to the next; nil if within the interval.
    /// - Returns: the previous value.
    public func noteRound(_ round: Duration?) -> Duration? {
        shared.withLock { shared in
            defer { shared.round = round }
            return shared.round
        }
    }

    /// Returns the turn of a new poll.
    /// - Parameters:
    ///   - subject: what is polled: the ID of a workspace, or empty for the list of workspaces.
    ///   - optionalListing: the name of the optional listing that is polled; nil for endpoints. An optional listing is
    ///     sent last, never probes, and its 401 shows nothing about the source's credential.
    ///   - isSuspect: whether the poll is likely to hold its slots until the timeout, because the last one did.
    ///   - retryWindow: how long after the poll's start a retry may be sent; nil: the interval.
    public func turn(
        of subject: String, optionalListing: String? = nil, isSuspect: Bool = false, retryWindow: Duration? = nil
    ) -> PollTurn {
        PollTurn(
            subject: optionalListing.map { "\(subject) \($0)" } ?? subject,
            holder: .init(source: source, isSuspect: isSuspect, optionalListing: optionalListing),
            stage: subject.isEmpty ? .discovery : .poll, retryWindow: retryWindow ?? settings.interval, clock: clock
        ) { [weak self] in self?.shared.withLock { $0.lastSent } }
    }

    /// The state of obtaining the source's credentials.
    public var credentialStatus: CredentialStatus { credentials.status }

    /// Runs `body` when the first request of a poll may be sent. So a poll that waits for its turn needs no memory for
    /// a listing; under overload thousands wait.
    /// - Throws: ``APIFailure`` if the poll can't start, and the errors of `body`.
    func withTurn<Result>(
        _ turn: PollTurn, _ body: () async throws(APIFailure) -> Result
    ) async throws(APIFailure) -> Result {
        if let failure = pauseFailure(of: turn.subject) { throw failure }
        let credential = try await currentCredential()
        if case .fail(let failure) = peek(credential, turn, hasWaited: false) { throw failure }
        guard await turn.wait(limiter) else { throw Self.canceled }
        defer { turn.end(limiter) }
        return try await body()
    }

    /// Sends one request, with retries, and passes a 200 response to `consume` while the request holds its slot, so
    /// that there are never more bodies in memory than slots.
    /// - Parameter turn: the turn of the request's poll.
    /// - Throws: ``APIFailure`` if the last attempt failed, and the errors of `consume`.
    func send<Result>(
        _ operation: APIOperation, url: String, turn: PollTurn,
        consume: (inout HTTPResponse) async throws(APIFailure) -> Result
    ) async throws(APIFailure) -> Result {
        if let failure = pauseFailure(of: turn.subject) { throw failure }
        shared.withLock { $0.budgets[turn.holder.optionalListing, default: RetryBudget()].deposit() }
        var retries = 0
        var lastFailure: APIFailure?
        var replaced: UInt64?
        var holdsProbe = false
        var credential = try await currentCredential()
        while true {
            let isProbe = try await waitForAdmission(&credential, turn, holdsProbe: holdsProbe, retryOf: lastFailure)
            holdsProbe = false
            let failure: APIFailure
            do {
                defer { limiter.release(turn.holder) }
                switch await attempt(operation, url: url, credential: credential) {
                case .success(var response):
                    report(.answered, isProbe: isProbe, credential, turn)
                    return try await consume(&response)
                case .failure(let reason): failure = reason
                }
            }
            if failure.reason == .unauthenticated, replaced == nil, !turn.isOptional,
                !shared.withLock({ $0.gate.isRejectedOnly(for: turn.subject) })
            {
                replaced = credential.generation
                if let fresh = try? await credentials.replacement(for: credential) {
                    credential = fresh
                    // A probe stays one until its outcome is known. Otherwise each request that waits for it would send
                    // the rejected credential once more.
                    holdsProbe = isProbe
                    continue
                }
            }
            report(
                Self.outcome(of: failure), isProbe: isProbe, credential, turn, replaced: replaced, failure: failure)
            retries += 1
            try await prepareRetry(retries, after: failure, operation: operation, turn)
            lastFailure = failure
            credential = try await currentCredential()
        }
    }

    /// Returns the ID of the credential's project; nil if the credential does not contain it.
    /// - Throws: ``APIFailure`` if there is no credential.
    func projectID() async throws(APIFailure) -> String? { try await currentCredential().projectID }

    private func currentCredential() async throws(APIFailure) -> Credential {
        do { return try await credentials.credential() } catch {
            shared.withLock { $0.hasLackedCredential = true }
            throw APIFailure(.credentials, error.description, requestID: error.requestID)
        }
    }

    /// Waits for the turn of a request and for the gate to admit it. The request holds a slot on return.
    /// - Parameters:
    ///   - credential: the credential to send; replaced if the provider has a newer one after waiting.
    ///   - holdsProbe: whether this request already is the gate's probe.
    ///   - failure: the failure of the previous attempt; nil for the first attempt, which has no deadline.
    /// - Returns: whether this request is the gate's probe.
    /// - Throws: ``APIFailure`` if the gate rejects the request, the retry is too late, or the task was canceled.
    private func waitForAdmission(
        _ credential: inout Credential, _ turn: PollTurn, holdsProbe: Bool, retryOf failure: APIFailure?
    ) async throws(APIFailure) -> Bool {
        if holdsProbe {
            if await turn.take(limiter) { return true }
            report(.inconclusive, isProbe: true, credential, turn)
            throw Self.canceled
        }
        var hasWaited = false
        var waitsForProbe = 0
        while true {
            // Checked before waiting for a turn, because requests of a locked-out source must not use up the probe's
            // rate limit.
            if case .fail(let failure) = peek(credential, turn, hasWaited: hasWaited) { throw failure }
            guard await turn.take(limiter) else { throw Self.canceled }
            if let failure, clock.now >= turn.retryUntil {
                limiter.release(turn.holder, isUnused: true)
                throw failure
            }
            let seen = gateChanged.version
            let admission = shared.withLock { admit(&$0.gate, credential, turn, hasWaited: hasWaited) }
            if case .send(let isProbe) = admission {
                turn.begin(limiter)
                return isProbe
            }
            limiter.release(turn.holder, isUnused: true)
            switch admission {
            case .send: break
            case .fail(let failure): throw failure
            case .wait(let until, let failure):
                guard until < turn.retryUntil else { throw failure }
                if turn.isOptional, until <= clock.now + SourceGate.optionalDelay {
                    // At the end of `once` no other request is left that could probe.
                    waitsForProbe += 1
                    guard waitsForProbe <= SourceGate.maximumOptionalDelays else { throw failure }
                }
                try await sleep(until: until)
            case .waitForProbe:
                hasWaited = true
                await gateChanged.wait(beyond: seen)
                if Task.isCancelled { throw Self.canceled }
                // Only the backoff has a deadline here; waiting for a credential's first use has none.
                guard clock.now < turn.retryUntil || !isThrottled else { throw SourceGate.throttled }
            }
            // If the probe was rejected and another credential obtained, the rejected one must not be sent.
            credential = try await currentCredential()
        }
    }

    /// Returns what the gate would decide, without changing it.
    private func peek(_ credential: Credential, _ turn: PollTurn, hasWaited: Bool) -> SourceGate.Admission {
        var gate = shared.withLock { $0.gate }
        return admit(&gate, credential, turn, hasWaited: hasWaited)
    }

    private func admit(
        _ gate: inout SourceGate, _ credential: Credential, _ turn: PollTurn, hasWaited: Bool
    ) -> SourceGate.Admission {
        let (subject, now, generation) = (turn.subject, clock.now, credential.generation)
        return turn.isOptional
            ? gate.admitOptional(subject, now: now, generation: generation, hasWaited: hasWaited)
            : gate.admit(subject, now: now, generation: generation, hasWaited: hasWaited)
    }

    /// Returns the failure that caused the current pause of a subject; nil if there is no pause.
    private func pauseFailure(of subject: String) -> APIFailure? {
        shared.withLock { shared in
            guard let pause = shared.pauses[subject] else { return nil }
            if clock.now < pause.until { return pause.failure }
            shared.pauses[subject] = nil
            return nil
        }
    }

    private func attempt(
        _ operation: APIOperation, url: String, credential: Credential
    ) async -> Swift.Result<HTTPResponse, APIFailure> {
        let (transport, settings) = shared.withLock { ($0.transport, $0.settings) }
        var request = HTTPRequest(
            url: url, headers: [HTTPHeader("Accept", "application/json")], timeout: settings.timeout,
            maxBodyBytes: settings.maxResponseBytes)
        credential.authorize(&request)
        let now = clock.now
        shared.withLock { shared in
            shared.lastSent = now
            shared.sent.count(now: now)
        }
        do {
            let response = try await statistics.send(request, as: operation, through: transport, clock: clock)
            if response.status == 200 { return .success(response) }
            return .failure(
                Self.failure(of: response, credential, wallMicroseconds: clock.wallMicroseconds))
        } catch {
            return .failure(APIFailure(FailureTable.reason(for: error), error.message, status: error.status))
        }
    }

    private func prepareRetry(
        _ retries: Int, after failure: APIFailure, operation: APIOperation, _ turn: PollTurn
    ) async throws(APIFailure) {
        let pause = failure.reason == .server ? failure.retryAfter.map { min($0, SourceGate.maximumPause) } : nil
        if let pause {
            let until = clock.now + pause
            shared.withLock { $0.pauses[turn.subject] = (until, failure) }
        }
        guard FailureTable.isRetryable(failure), !Task.isCancelled,
            let delay = RetryPolicy(retries: settings.retries).delay(beforeRetry: retries, random: .random(in: 0..<1))
        else { throw failure }
        // The gate determines how long a throttled source backs off.
        let moment = failure.reason == .throttled ? clock.now : clock.now + max(delay, pause ?? .zero)
        guard moment < turn.retryUntil,
            shared.withLock({ $0.budgets[turn.holder.optionalListing, default: RetryBudget()].take() })
        else { throw failure }
        statistics.countRetry(operation)
        do { try await clock.sleep(until: moment) } catch { throw failure }
    }

    private func report(
        _ outcome: SourceGate.Outcome, isProbe: Bool, _ credential: Credential, _ turn: PollTurn,
        replaced: UInt64? = nil, failure: APIFailure? = nil
    ) {
        if turn.isOptional {
            // Another address, another permission: only throttling concerns the whole source.
            guard case .throttled = outcome else { return }
        }
        shared.withLock {
            $0.gate.report(
                outcome, of: turn.subject, isProbe: isProbe, now: clock.now, generation: credential.generation,
                replaced: replaced, failure: failure)
        }
        gateChanged.notify()
    }

    private func sleep(until moment: ContinuousClock.Instant) async throws(APIFailure) {
        do { try await clock.sleep(until: moment) } catch { throw Self.canceled }
    }

    private static let canceled = APIFailure(.timeout, "poll canceled before the request was sent")
}
