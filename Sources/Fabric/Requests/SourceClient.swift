// SPDX-License-Identifier: Apache-2.0
public import Base
public import HTTPClient
import Synchronization

/// One source of the API: carries out its exchanges at the source's pace, with its credential, trying again what may go
/// away, and counts them. Everything that workspaces of a source share is here.
public final class SourceClient: Sendable {
    private struct Shared {
        var transport: any HTTPTransport
        var credentials: any CredentialProvider
        var settings: PollSettings
        var gate: SourceGate
        var budget = RetryBudget()
        /// Lists that the service asked to leave alone, by what they are of.
        var holds: [String: (until: ContinuousClock.Instant, failure: APIFailure)] = [:]
        /// When a request was last sent.
        var lastSent: ContinuousClock.Instant?
        /// How long it takes until every workspace has had its turn, while that is longer than the interval.
        var round: Duration?
        /// Whether a request failed for want of a credential since ``hasUntriedCredential()`` last found one.
        var hasLackedCredential = false
    }

    private let source: String
    private let clock: any ExporterClock
    private let limiter: RequestLimiter
    private let shared: Mutex<Shared>
    private let gateChanged = ChangeSignal()
    private let statistics: APIStatistics
    let decoders = PageDecoderPool()
    var decodingTurns: DecodingTurns { limiter.decodingTurns }

    /// A client that sends through `transport`.
    /// - Parameters:
    ///   - source: the source's name, by which `limiter` is fair.
    ///   - statistics: where exchanges are counted, those made for credentials among them.
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
                gate: SourceGate(interval: settings.interval, isLockable: credentials.isLockable)))
        limiter.register(source)
        limiter.setRate(settings.requestsPerSecond, of: source)
    }

    /// Goes on with another transport, other credentials or settings; counters and pace stay. A refused credential is
    /// tested at once.
    /// - Parameter isMoved: whether requests go to another address or account from now on; what the service before said
    ///   of the source, such as a pause, then no longer applies.
    public func reconfigure(
        transport: any HTTPTransport, credentials: any CredentialProvider, settings: PollSettings,
        isMoved: Bool = false
    ) {
        let oldRate = shared.withLock { shared in
            defer { shared.settings = settings }
            shared.transport = transport
            shared.credentials = credentials
            shared.holds = [:]
            if isMoved {
                shared.gate = SourceGate(interval: settings.interval, isLockable: credentials.isLockable)
                shared.budget = RetryBudget()
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

    /// Whether a credential that was refused, or could not be had, has been replaced by one not tried yet. Looks at the
    /// credential itself, so it may read a file.
    public func hasUntriedCredential() async -> Bool {
        let credentials = credentials
        let wasRefused = credentials.status.nextProbe != nil
        guard let credential = try? await credentials.credential() else { return false }
        // There was none before: it was refused, or the file that holds it was not there yet.
        let hasLacked = shared.withLock { shared in
            defer { shared.hasLackedCredential = false }
            return shared.hasLackedCredential
        }
        if wasRefused || hasLacked { return true }
        return shared.withLock { $0.gate.isLockedOut(otherThan: credential.generation) }
    }

    /// How many pages of one listing go side by side: as many as could get a slot if nobody else wanted one, and no more
    /// than half of the slots, so that a listing whose pages hang leaves room for the others.
    var pagesSideBySide: Int { max(1, min(16, limiter.concurrency / 2)) }

    /// The time by the monotonic clock.
    public var now: ContinuousClock.Instant { clock.now }

    /// The time by this machine's wall clock.
    public var wallTime: Timestamp { Timestamp(microseconds: clock.wallMicroseconds) }

    var settings: PollSettings { shared.withLock { $0.settings } }
    private var credentials: any CredentialProvider { shared.withLock { $0.credentials } }

    deinit { limiter.unregister(source) }

    /// What was exchanged so far.
    public var counters: APICounters { statistics.counters }

    /// Whether the source pauses because it was throttled.
    public var isThrottled: Bool { shared.withLock { $0.gate.isThrottled } }

    /// When a refused credential is tested again; nil while the source isn't locked out.
    public var nextProbe: ContinuousClock.Instant? {
        let (gate, credentials) = shared.withLock { ($0.gate.nextProbe, $0.credentials) }
        return gate ?? credentials.status.nextProbe
    }

    /// Which workspace is to be asked at once whether the credential still works, after it was rejected for one for which
    /// it had worked; nil if none.
    public var confirmation: SourceGate.Confirmation? { shared.withLock { $0.gate.confirmation } }

    /// Notes how many workspaces are polled through this client.
    public func setWorkspaces(_ count: Int) { shared.withLock { $0.gate.workspaces = count } }

    /// How long it takes until every workspace has had its turn, as last measured; nil while all are polled within the
    /// interval.
    public var round: Duration? { shared.withLock { $0.round } }

    /// Notes how long a workspace waited from one turn to the next; nil if within the interval.
    /// - Returns: what was noted before.
    public func noteRound(_ round: Duration?) -> Duration? {
        shared.withLock { shared in
            defer { shared.round = round }
            return shared.round
        }
    }

    /// The turn of a poll that begins now.
    /// - Parameters:
    ///   - subject: what is polled: the id of a workspace; empty for the list of workspaces.
    ///   - isSuspect: whether it is likely to keep its slots until the timeout.
    ///   - retryWindow: no retry begins later than this after the poll's beginning; nil: the interval.
    public func turn(of subject: String, isSuspect: Bool = false, retryWindow: Duration? = nil) -> PollTurn {
        PollTurn(
            subject: subject, holder: .init(source: source, isSuspect: isSuspect),
            stage: subject.isEmpty ? .discovery : .poll, retryWindow: retryWindow ?? settings.interval, clock: clock
        ) { [weak self] in self?.shared.withLock { $0.lastSent } }
    }

    /// What is known about obtaining the source's credentials.
    public var credentialStatus: CredentialStatus { credentials.status }

    /// Runs `body` once the first request of a poll may be sent, so that a poll that waits for its turn holds no memory of a
    /// listing: at overload thousands wait.
    /// - Throws: ``APIFailure`` if the poll cannot begin.
    func inTurn<Result>(
        _ turn: PollTurn, _ body: () async throws(APIFailure) -> Result
    ) async throws(APIFailure) -> Result {
        if let hold = hold(on: turn.subject) { throw hold }
        let credential = try await currentCredential()
        if case .refuse(let failure) = peek(credential, turn, hasWaited: false) { throw failure }
        guard await turn.wait(limiter) else { throw Self.canceled }
        defer { turn.end(limiter) }
        return try await body()
    }

    /// Sends one request, with as many retries as the contract allows, and hands the body of a 200 to `consume` while the
    /// request's slot is still held: there are never more bodies in memory than slots.
    /// - Parameter turn: the turn of the poll that it belongs to.
    func exchange<Result>(
        _ operation: APIOperation, url: String, turn: PollTurn,
        consume: (inout HTTPResponse) async throws(APIFailure) -> Result
    ) async throws(APIFailure) -> Result {
        if let hold = hold(on: turn.subject) { throw hold }
        shared.withLock { $0.budget.deposit() }
        var retries = 0
        var lastFailure: APIFailure?
        var replaced: UInt64?
        var holdsProbe = false
        var credential = try await currentCredential()
        while true {
            let isProbe = try await enter(&credential, turn, holdsProbe: holdsProbe, retryOf: lastFailure)
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
            if failure.reason == .unauthenticated, replaced == nil,
                !shared.withLock({ $0.gate.isRejectedAlone(turn.subject) })
            {
                replaced = credential.generation
                if let fresh = try? await credentials.replacement(for: credential) {
                    credential = fresh
                    // A probe stays one until its outcome is known: if it were given up here, each request that waits for
                    // it would send the rejected credential once more.
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

    private func currentCredential() async throws(APIFailure) -> Credential {
        do { return try await credentials.credential() } catch {
            shared.withLock { $0.hasLackedCredential = true }
            throw APIFailure(.credentials, error.description, requestID: error.requestID)
        }
    }

    /// Waits for the turn of a request and for an open gate. Holds a slot on return.
    /// - Parameters:
    ///   - credential: to be sent; another one on return if it was replaced meanwhile.
    ///   - holdsProbe: whether this request is the gate's probe already.
    ///   - failure: what a retry is the retry of; nil: a first try, which may begin at any time.
    /// - Returns: whether this request is the gate's probe.
    private func enter(
        _ credential: inout Credential, _ turn: PollTurn, holdsProbe: Bool, retryOf failure: APIFailure?
    ) async throws(APIFailure) -> Bool {
        if holdsProbe {
            if await turn.take(limiter) { return true }
            report(.noAnswer, isProbe: true, credential, turn)
            throw Self.canceled
        }
        var hasWaited = false
        while true {
            // Asked before waiting for a turn: a source that is locked out must not use up the rate limit of the probe.
            if case .refuse(let failure) = peek(credential, turn, hasWaited: hasWaited) { throw failure }
            guard await turn.take(limiter) else { throw Self.canceled }
            if let failure, clock.now >= turn.retryUntil {
                limiter.release(turn.holder, isUnused: true)
                throw failure
            }
            let seen = gateChanged.version
            let admission = shared.withLock {
                $0.gate.admit(
                    turn.subject, now: clock.now, generation: credential.generation, hasWaited: hasWaited)
            }
            if case .send(let isProbe) = admission {
                turn.begin(limiter)
                return isProbe
            }
            limiter.release(turn.holder, isUnused: true)
            switch admission {
            case .send: break
            case .refuse(let failure): throw failure
            case .wait(let until, let failure):
                guard until < turn.retryUntil else { throw failure }
                try await sleep(until: until)
            case .waitForProbe:
                hasWaited = true
                await gateChanged.wait(beyond: seen)
                if Task.isCancelled { throw Self.canceled }
                // Requests that wait for a credential's first use may go on whenever that has ended; a poll has a deadline.
                guard clock.now < turn.retryUntil || !isThrottled else { throw SourceGate.throttled }
            }
            // The probe may have been rejected and another credential obtained; the rejected one must not be sent.
            credential = try await currentCredential()
        }
    }

    /// What the gate would say, leaving it as it is.
    private func peek(_ credential: Credential, _ turn: PollTurn, hasWaited: Bool) -> SourceGate.Admission {
        var gate = shared.withLock { $0.gate }
        return gate.admit(turn.subject, now: clock.now, generation: credential.generation, hasWaited: hasWaited)
    }

    /// Why a list must not be asked for now; nil if it may.
    private func hold(on subject: String) -> APIFailure? {
        shared.withLock { shared in
            guard let hold = shared.holds[subject] else { return nil }
            if clock.now < hold.until { return hold.failure }
            shared.holds[subject] = nil
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
        shared.withLock { $0.lastSent = clock.now }
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
        let pause = failure.reason == .server ? failure.retryAfter.map { min($0, SourceGate.longestPause) } : nil
        if let pause {
            let until = clock.now + pause
            shared.withLock { $0.holds[turn.subject] = (until, failure) }
        }
        guard FailureTable.isRetryable(failure), !Task.isCancelled,
            let delay = RetryPolicy(retries: settings.retries).delay(beforeRetry: retries, random: .random(in: 0..<1))
        else { throw failure }
        // How long a throttled source pauses is the gate's to say.
        let moment = failure.reason == .throttled ? clock.now : clock.now + max(delay, pause ?? .zero)
        guard moment < turn.retryUntil, shared.withLock({ $0.budget.withdraw() }) else { throw failure }
        statistics.countRetry(operation)
        do { try await clock.sleep(until: moment) } catch { throw failure }
    }

    private func report(
        _ outcome: SourceGate.Outcome, isProbe: Bool, _ credential: Credential, _ turn: PollTurn,
        replaced: UInt64? = nil, failure: APIFailure? = nil
    ) {
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

    private static let canceled = APIFailure(.timeout, "the poll was ended before the request could be sent")
}
