// SPDX-License-Identifier: Apache-2.0
public import Clocks
public import FabricAuth
internal import FabricModel
import Synchronization
public import Transport

/// How a source's exchanges are to be made; durations and limits of the configuration.
public struct ExchangeSettings: Sendable, Equatable {
    /// One HTTP exchange, from connect to last byte.
    public var timeout: Duration
    /// How often each workspace is polled.
    public var interval: Duration
    /// Requests a second; 0 is no limit.
    public var requestsPerSecond: Double
    /// Further tries of one exchange.
    public var retries: Int
    /// Decoded bytes of one response.
    public var maxResponseBytes: Int
    /// Rows asked for in one page, 1 to 100.
    public var pageSize: Int
    /// Rows of one listing; a longer one is refused.
    public var maxEndpoints: Int

    /// Settings of these values.
    public init(
        timeout: Duration, interval: Duration, requestsPerSecond: Double, retries: Int, maxResponseBytes: Int,
        pageSize: Int, maxEndpoints: Int
    ) {
        self.timeout = timeout
        self.interval = interval
        self.requestsPerSecond = requestsPerSecond
        self.retries = retries
        self.maxResponseBytes = maxResponseBytes
        self.pageSize = pageSize
        self.maxEndpoints = maxEndpoints
    }
}

/// One source of the API: carries out its exchanges at the source's pace, with its credential, trying again what may go
/// away, and counts them. Everything that workspaces of a source share is here.
public final class SourceClient: Sendable {
    private struct Shared {
        var transport: any HTTPTransport
        var credentials: any CredentialProvider
        var settings: ExchangeSettings
        var gate: SourceGate
        var bucket: TokenBucket
        var budget = RetryBudget()
        /// Whether a request failed for want of a credential since ``hasUntriedCredential()`` last found one.
        var hasLackedCredential = false
    }

    private let source: String
    private let clock: any ExporterClock
    private let slots: ExchangeSlots
    private let shared: Mutex<Shared>
    private let gateChanged = ChangeSignal()
    private let statistics: APIStatistics
    let decoders = PageDecoderPool()

    /// A client that sends through `transport`.
    /// - Parameters:
    ///   - source: the source's name, by which `slots` are shared out fairly.
    ///   - statistics: where exchanges are counted, those made for credentials among them.
    public init(
        source: String = "", transport: any HTTPTransport, credentials: any CredentialProvider,
        clock: any ExporterClock, slots: ExchangeSlots, settings: ExchangeSettings,
        statistics: APIStatistics = APIStatistics()
    ) {
        self.statistics = statistics
        self.source = source
        self.clock = clock
        self.slots = slots
        shared = Mutex(
            Shared(
                transport: transport, credentials: credentials, settings: settings,
                gate: SourceGate(interval: settings.interval, isLockable: credentials.isLockable),
                bucket: TokenBucket(perSecond: settings.requestsPerSecond)))
        slots.register(source)
    }

    /// Goes on with another transport, other credentials or settings; counters and pace stay. A refused credential is
    /// tested at once.
    public func reconfigure(
        transport: any HTTPTransport, credentials: any CredentialProvider, settings: ExchangeSettings
    ) {
        shared.withLock { shared in
            if settings.requestsPerSecond != shared.settings.requestsPerSecond {
                shared.bucket = TokenBucket(perSecond: settings.requestsPerSecond)
            }
            shared.transport = transport
            shared.credentials = credentials
            shared.settings = settings
            shared.gate.reconfigure(
                interval: settings.interval, isLockable: credentials.isLockable, now: clock.now)
        }
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
    var pagesSideBySide: Int { max(1, min(16, slots.capacity / 2)) }

    var settings: ExchangeSettings { shared.withLock { $0.settings } }
    private var credentials: any CredentialProvider { shared.withLock { $0.credentials } }

    deinit { slots.unregister(source) }

    /// What was exchanged so far.
    public var counters: APICounters { statistics.counters }

    /// Whether the source pauses because it was throttled.
    public var isThrottled: Bool { shared.withLock { $0.gate.isThrottled } }

    /// When a refused credential is tested again; nil while the source isn't locked out.
    public var nextProbe: ContinuousClock.Instant? {
        let (gate, credentials) = shared.withLock { ($0.gate.nextProbe, $0.credentials) }
        return gate ?? credentials.status.nextProbe
    }

    /// What is known about obtaining the source's credentials.
    public var credentialStatus: CredentialStatus { credentials.status }

    /// Carries out one exchange, with as many tries as the contract allows, and hands the body of a 200 to `consume`
    /// while the exchange's slot is still held: bodies in memory are never more than slots.
    /// - Parameters:
    ///   - isSuspect: whether it is for a workspace that is likely to keep its slot until the deadline.
    ///   - retryUntil: no retry begins after this.
    func exchange<Result>(
        _ operation: APIOperation, url: String, isSuspect: Bool = false, retryUntil: ContinuousClock.Instant,
        consume: (inout HTTPResponse) async throws(APIFailure) -> Result
    ) async throws(APIFailure) -> Result {
        shared.withLock { $0.budget.deposit() }
        let lane = SlotLedger.Lane(source: source, isSuspect: isSuspect)
        var retries = 0
        var lastFailure: APIFailure?
        var hasReplaced = false
        var holdsProbe = false
        var credential = try await currentCredential()
        while true {
            let isProbe = try await enter(
                &credential, lane, holdsProbe: holdsProbe, retryOf: lastFailure, retryUntil: retryUntil)
            holdsProbe = false
            let failure: APIFailure
            do {
                defer { slots.release(lane) }
                switch await attempt(operation, url: url, credential: credential) {
                case .success(var response):
                    report(.answered, isProbe: isProbe, credential)
                    let result = try await consume(&response)
                    let body = response.body
                    response.body = []
                    shared.withLock { $0.transport }.recycle(body)
                    return result
                case .failure(let reason): failure = reason
                }
            }
            if failure.reason == .unauthenticated, !hasReplaced {
                hasReplaced = true
                if let fresh = try? await credentials.replacement(for: credential) {
                    credential = fresh
                    // A probe stays one until its outcome is known: were it given up here, whoever waits for it would
                    // send the refused credential once more, one after the other.
                    holdsProbe = isProbe
                    continue
                }
            }
            report(Self.outcome(of: failure), isProbe: isProbe, credential, failure: failure)
            retries += 1
            try await prepareRetry(retries, after: failure, operation: operation, retryUntil: retryUntil)
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

    /// Waits for the source's pace, a slot and an open gate. Holds a slot on return.
    /// - Parameters:
    ///   - credential: to be sent; another one on return where another took its place meanwhile.
    ///   - holdsProbe: whether this exchange is the gate's probe already.
    ///   - failure: what a retry is the retry of; nil: a first try, which may begin whenever it can.
    /// - Returns: whether this request is the gate's probe.
    private func enter(
        _ credential: inout Credential, _ lane: SlotLedger.Lane, holdsProbe: Bool, retryOf failure: APIFailure?,
        retryUntil: ContinuousClock.Instant
    ) async throws(APIFailure) -> Bool {
        if holdsProbe {
            if await slots.acquire(lane) { return true }
            report(.noAnswer, isProbe: true, credential)
            throw Self.cancelled
        }
        // Asked before a token is taken: a locked-out source must not use up the pace of the probe.
        if case .refuse(let failure) = peek(credential) { throw failure }
        let moment = shared.withLock { $0.bucket.take(now: clock.now) }
        if moment > clock.now { try await sleep(until: moment) }
        var hasWaited = false
        while true {
            guard await slots.acquire(lane) else { throw Self.cancelled }
            if let failure, clock.now >= retryUntil {
                slots.release(lane)
                throw failure
            }
            let seen = gateChanged.version
            let admission = shared.withLock {
                $0.gate.admit(now: clock.now, generation: credential.generation, hasWaited: hasWaited)
            }
            if case .send(let isProbe) = admission { return isProbe }
            slots.release(lane)
            switch admission {
            case .send: break
            case .refuse(let failure): throw failure
            case .wait(let until):
                guard until < retryUntil else { throw Self.throttled }
                try await sleep(until: until)
            case .waitForProbe:
                hasWaited = true
                await gateChanged.wait(beyond: seen)
                if Task.isCancelled { throw Self.cancelled }
                // Whoever waits for a credential's first use may go on whenever that has ended; a poll has its own deadline.
                guard clock.now < retryUntil || !isThrottled else { throw Self.throttled }
            }
            // The probe may have been refused and another credential taken; who waited must not send the refused one.
            credential = try await currentCredential()
        }
    }

    /// What the gate would say, leaving it as it is.
    private func peek(_ credential: Credential) -> SourceGate.Admission {
        var gate = shared.withLock { $0.gate }
        return gate.admit(now: clock.now, generation: credential.generation)
    }

    private func attempt(
        _ operation: APIOperation, url: String, credential: Credential
    ) async -> Swift.Result<HTTPResponse, APIFailure> {
        let (transport, settings) = shared.withLock { ($0.transport, $0.settings) }
        var request = HTTPRequest(
            url: url, headers: [HTTPHeader("Accept", "application/json")], timeout: settings.timeout,
            maxBodyBytes: settings.maxResponseBytes)
        credential.authorize(&request)
        let begin = clock.now
        do {
            var response = try await transport.send(request)
            statistics.countExchange(
                operation, status: response.status, duration: clock.now - begin,
                receivedBytes: response.receivedBytes)
            if response.status == 200 { return .success(response) }
            response.strikeSignature(of: request)
            return .failure(
                Self.failure(of: response, credential, wallMicroseconds: clock.wallMicroseconds))
        } catch {
            statistics.countExchange(
                operation, status: error.status, duration: clock.now - begin, receivedBytes: error.receivedBytes)
            return .failure(APIFailure(FailureTable.reason(for: error), error.message, status: error.status))
        }
    }

    private func prepareRetry(
        _ retries: Int, after failure: APIFailure, operation: APIOperation, retryUntil: ContinuousClock.Instant
    ) async throws(APIFailure) {
        guard FailureTable.isRetryable(failure), !Task.isCancelled,
            let delay = RetryPolicy(retries: settings.retries).delay(beforeRetry: retries, random: .random(in: 0..<1))
        else { throw failure }
        // How long a throttled source pauses is the gate's to say.
        let moment = failure.reason == .throttled ? clock.now : clock.now + delay
        guard moment < retryUntil, shared.withLock({ $0.budget.withdraw() }) else { throw failure }
        statistics.countRetry(operation)
        do { try await clock.sleep(until: moment) } catch { throw failure }
    }

    private func report(
        _ outcome: SourceGate.Outcome, isProbe: Bool, _ credential: Credential, failure: APIFailure? = nil
    ) {
        shared.withLock {
            $0.gate.report(
                outcome, isProbe: isProbe, now: clock.now, generation: credential.generation, failure: failure)
        }
        gateChanged.notify()
    }

    private func sleep(until moment: ContinuousClock.Instant) async throws(APIFailure) {
        do { try await clock.sleep(until: moment) } catch { throw Self.cancelled }
    }

    private static let cancelled = APIFailure(.timeout, "the poll was ended before the request could be sent")
    private static let throttled = APIFailure(.throttled, "the source pauses because the service throttles it")
}
