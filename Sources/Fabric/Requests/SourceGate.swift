// SPDX-License-Identifier: Apache-2.0

/// Decides whether a source may send a request now. Throttling and rejected credentials concern the account, so they
/// affect all workspaces of a source. Has no clock and no tasks; callers pass the time.
public struct SourceGate: Sendable {
    /// The decision about a request.
    enum Admission: Equatable, Sendable {
        /// Send the request. A probe tests whether the source has recovered; its outcome must be reported.
        case send(isProbe: Bool)
        /// Try again at this time, or fail with this failure if that is too late.
        case wait(until: ContinuousClock.Instant, else: APIFailure)
        /// Try again when the outcome of the current probe is known.
        case waitForProbe
        /// Fail without sending.
        case fail(APIFailure)
    }

    /// The meaning of a request's outcome for the source.
    enum Outcome: Equatable, Sendable {
        /// The service responded with neither 401 nor throttling.
        case answered
        /// 429 or a throttling code, with the pause that the service asked for.
        case throttled(retryAfter: Duration?)
        /// 401, also with a replaced credential if there was one.
        case unauthenticated(APIFailure)
        /// No response, or a gateway error: shows nothing about throttling or the credential.
        case inconclusive
    }

    /// The candidates for the request that confirms whether the credential still works.
    public struct Confirmation: Sendable, Equatable {
        /// The workspace for which the credential was rejected: polled only if there is no other.
        public var rejectedFor: String
        /// The workspaces for which the credential last worked.
        public var workedFor: Set<String>
    }

    private enum State: Sendable {
        /// - `proven`: the credential generation that the service has accepted; only used for lockable credentials.
        case open(proven: UInt64?)
        /// One request tests the first use of a lockable credential.
        case proving(isProbing: Bool, lastFailure: APIFailure?)
        /// A working credential was rejected for one workspace; a request for another one confirms whether it still
        /// works.
        case unconfirmed(Rejection)
        case throttled(until: ContinuousClock.Instant, step: Duration, isProbing: Bool)
        case lockedOut(LockOut)
    }

    private struct Rejection: Sendable {
        /// The workspace for which the credential was rejected.
        var subject: String
        var generation: UInt64
        var failure: APIFailure
        var since: ContinuousClock.Instant
        var isProbing = false
        /// The failure of the last probe if it was inconclusive.
        var lastFailure: APIFailure?
    }

    private struct LockOut: Sendable {
        var nextProbe: ContinuousClock.Instant
        /// The workspace for which the credential was rejected last.
        var subject: String
        /// The generation of the rejected credential.
        var generation: UInt64
        var failure: APIFailure
        /// The number of consecutive rejections.
        var rejections: Int
        var isProbing = false
    }

    /// The upper limit of `Retry-After`.
    static let maximumPause = Duration.seconds(300)
    private static let initialPause = Duration.seconds(1)
    /// How long to wait for a conclusive workspace before any request may confirm the credential.
    static let confirmationTimeout = Duration.seconds(5)
    /// How long a request of an optional listing waits for the probe of another request.
    static let optionalDelay = Duration.seconds(1)
    /// How many times it does before it fails.
    static let maximumOptionalDelays = 10
    static let throttled = APIFailure(.throttled, "rate limited by the API; backing off")

    /// The number of polled workspaces.
    var workspaces = 0
    private var interval: Duration
    private var isLockable: Bool
    private var state = State.open(proven: nil)
    /// The workspaces for which the credential of ``workingGeneration`` worked and wasn't rejected since.
    private var workedFor: Set<String> = []
    private var workingGeneration: UInt64 = 0
    /// The failures of workspaces for which a credential was rejected although it works for other workspaces.
    private var rejectedOnlyFor: [String: APIFailure] = [:]

    /// Creates an open gate of a source that is polled every `interval`.
    /// - Parameter isLockable: whether wrong credentials of this kind lock the account or key for all its users.
    init(interval: Duration, isLockable: Bool = false) {
        self.interval = interval
        self.isLockable = isLockable
    }

    /// Applies changed settings. A rejected credential is probed at once, because the change may have fixed it.
    mutating func reconfigure(interval: Duration, isLockable: Bool, now: ContinuousClock.Instant) {
        self.interval = interval
        self.isLockable = isLockable
        switch state {
        case .open, .unconfirmed: state = .open(proven: nil)
        case .lockedOut(var lockOut):
            lockOut.nextProbe = now
            lockOut.subject = ""
            state = .lockedOut(lockOut)
        case .proving, .throttled: break
        }
    }

    /// The candidates for confirming the credential; nil if there is nothing to confirm or a probe is in progress.
    var confirmation: Confirmation? {
        guard case .unconfirmed(let rejection) = state, !rejection.isProbing else { return nil }
        return Confirmation(rejectedFor: rejection.subject, workedFor: workedFor)
    }

    /// Returns whether the source is locked out because of a credential older than `generation`.
    func isLockedOut(otherThan generation: UInt64) -> Bool {
        if case .lockedOut(let lockOut) = state { lockOut.generation < generation } else { false }
    }

    /// When the next request of a throttled source may be sent; nil unless it backs off.
    var throttledUntil: ContinuousClock.Instant? {
        if case .throttled(let until, _, _) = state { until } else { nil }
    }

    /// When the rejected credential is probed next; nil unless the source is locked out.
    var nextProbe: ContinuousClock.Instant? {
        if case .lockedOut(let lockOut) = state { lockOut.nextProbe } else { nil }
    }

    /// Decides about a request with a credential of `generation`.
    /// - Parameters:
    ///   - subject: the request's workspace; empty for the list of workspaces.
    ///   - hasWaited: whether the request has waited for a probe and so shares its outcome.
    mutating func admit(
        _ subject: String, now: ContinuousClock.Instant, generation: UInt64, hasWaited: Bool = false
    ) -> Admission {
        switch state {
        case .open(let proven):
            // A smaller generation is that of a request that has waited since before the last renewal.
            if !isLockable || proven.map({ generation <= $0 }) ?? false { return .send(isProbe: false) }
            // A rejection for this workspace would show nothing about the new credential.
            if let failure = rejectedOnlyFor[subject], workspaces > rejectedOnlyFor.count {
                return .wait(until: now + Self.confirmationTimeout, else: failure)
            }
            state = .proving(isProbing: true, lastFailure: nil)
            return .send(isProbe: true)
        case .proving(let isProbing, let lastFailure):
            if isProbing { return .waitForProbe }
            // The probe was inconclusive; the waiting requests share its failure instead of repeating it one by one.
            if hasWaited, let lastFailure { return .fail(lastFailure) }
            state = .proving(isProbing: true, lastFailure: nil)
            return .send(isProbe: true)
        case .unconfirmed(var rejection):
            if generation > rejection.generation {
                state = .open(proven: rejection.generation)
                return admit(subject, now: now, generation: generation, hasWaited: hasWaited)
            }
            if rejection.isProbing { return .waitForProbe }
            if hasWaited, let lastFailure = rejection.lastFailure { return .fail(lastFailure) }
            // Another workspace is more conclusive than the same one again.
            let isConclusive = workspaces <= 1 || subject != rejection.subject && workedFor.contains(subject)
            guard isConclusive || now >= rejection.since + Self.confirmationTimeout else {
                return .wait(until: rejection.since + Self.confirmationTimeout, else: rejection.failure)
            }
            rejection.isProbing = true
            rejection.lastFailure = nil
            state = .unconfirmed(rejection)
            return .send(isProbe: true)
        case .throttled(let until, let step, let isProbing):
            if isProbing { return .waitForProbe }
            if now < until { return .wait(until: until, else: Self.throttled) }
            state = .throttled(until: until, step: step, isProbing: true)
            return .send(isProbe: true)
        case .lockedOut(var lockOut):
            // A newer credential is probed at once, by one request. An older one was obtained before the newer one was
            // rejected, so it fails.
            let isNewer = generation > lockOut.generation
            if lockOut.isProbing, isNewer, !hasWaited { return .waitForProbe }
            if lockOut.isProbing || hasWaited || !isNewer && now < probeTime(for: subject, lockOut) {
                return .fail(lockOut.failure)
            }
            lockOut.nextProbe = now + probeDelay(rejections: lockOut.rejections)
            lockOut.isProbing = true
            state = .lockedOut(lockOut)
            return .send(isProbe: true)
        }
    }

    /// Decides about a request of an optional listing, which never probes: a listing that hangs, or that lacks a
    /// permission, must not decide for how long a source pauses. Endpoints or discovery probe.
    mutating func admitOptional(
        _ subject: String, now: ContinuousClock.Instant, generation: UInt64, hasWaited: Bool = false
    ) -> Admission {
        var next = self
        let admission = next.admit(subject, now: now, generation: generation, hasWaited: hasWaited)
        guard admission == .send(isProbe: true) else {
            self = next
            return admission
        }
        switch state {
        case .lockedOut(let lockOut): return .fail(lockOut.failure)
        case .throttled: return .wait(until: now + Self.optionalDelay, else: Self.throttled)
        case .open, .proving, .unconfirmed:
            return .wait(
                until: now + Self.optionalDelay,
                else: APIFailure(.credentials, "waiting until the credential was accepted for endpoints"))
        }
    }

    /// Returns when `subject` may probe. The workspace that was rejected last leaves the next probe to others, so that
    /// one workspace that is always rejected doesn't use every probe.
    private func probeTime(for subject: String, _ lockOut: LockOut) -> ContinuousClock.Instant {
        workspaces > 1 && subject == lockOut.subject ? lockOut.nextProbe + interval : lockOut.nextProbe
    }

    /// Reports the outcome of a request that ``admit(_:now:generation:hasWaited:)`` admitted.
    /// - Parameters:
    ///   - subject: the request's workspace; empty for the list of workspaces.
    ///   - replaced: the generation that was rejected for this request before and replaced by `generation`; nil if none
    ///     was.
    ///   - failure: the request's failure, shared by the requests that waited for a probe.
    mutating func report(
        _ outcome: Outcome, of subject: String, isProbe: Bool, now: ContinuousClock.Instant, generation: UInt64,
        replaced: UInt64? = nil, failure: APIFailure? = nil
    ) {
        // The replacement of a credential that worked counts as working, too.
        let hasWorked = !workedFor.isEmpty && (generation == workingGeneration || replaced == workingGeneration)
        note(outcome, of: subject, generation: generation)
        switch state {
        case .open:
            switch outcome {
            case .throttled(let retryAfter): state = Self.pause(retryAfter, step: Self.initialPause, now: now)
            case .unauthenticated where rejectedOnlyFor[subject] != nil: break
            case .unauthenticated(let failure) where hasWorked:
                state = .unconfirmed(
                    Rejection(subject: subject, generation: generation, failure: failure, since: now))
            case .unauthenticated(let failure): lockOut(failure, subject, generation: generation, now: now)
            case .answered, .inconclusive: break
            }
        case .proving where isProbe:
            switch outcome {
            case .answered: state = .open(proven: generation)
            case .throttled(let retryAfter): state = Self.pause(retryAfter, step: Self.initialPause, now: now)
            case .unauthenticated(let failure) where hasWorked:
                state = .unconfirmed(
                    Rejection(subject: subject, generation: generation, failure: failure, since: now))
            case .unauthenticated(let failure): lockOut(failure, subject, generation: generation, now: now)
            case .inconclusive: state = .proving(isProbing: false, lastFailure: failure)
            }
        case .unconfirmed(let rejection):
            report(
                outcome, of: subject, on: rejection, isProbe: isProbe, now: now, generation: generation,
                failure: failure)
        case .throttled(let until, let step, _) where isProbe:
            switch outcome {
            case .answered: state = .open(proven: generation)
            case .throttled(let retryAfter):
                state = Self.pause(retryAfter, step: min(interval, step * 2), now: now)
            case .unauthenticated(let failure): lockOut(failure, subject, generation: generation, now: now)
            case .inconclusive: state = .throttled(until: until, step: step, isProbing: false)
            }
        case .throttled(let until, let step, let isProbing):
            // Sent before the backoff began; its response may ask for a longer one.
            guard case .throttled(let retryAfter?) = outcome else { break }
            let later = max(until, now + min(retryAfter, Self.maximumPause))
            state = .throttled(until: later, step: step, isProbing: isProbing)
        case .lockedOut(var lockOut) where isProbe:
            switch outcome {
            case .answered: state = .open(proven: generation)
            case .unauthenticated(let failure):
                self.lockOut(failure, subject, generation: generation, rejections: lockOut.rejections + 1, now: now)
            case .throttled, .inconclusive:
                lockOut.isProbing = false
                state = .lockedOut(lockOut)
            }
        case .proving, .lockedOut:
            break
        }
    }

    /// Reports the outcome of a request while the credential is unconfirmed.
    private mutating func report(
        _ outcome: Outcome, of subject: String, on rejection: Rejection, isProbe: Bool, now: ContinuousClock.Instant,
        generation: UInt64, failure: APIFailure?
    ) {
        switch outcome {
        case .throttled(let retryAfter): state = Self.pause(retryAfter, step: Self.initialPause, now: now)
        case .unauthenticated(let failure):
            // A request for another workspace, sent before, is as conclusive as the probe.
            if isProbe || subject != rejection.subject && rejectedOnlyFor[subject] == nil {
                lockOut(failure, subject, generation: generation, now: now)
            }
        case .answered where isProbe:
            if subject != rejection.subject { rejectedOnlyFor[rejection.subject] = rejection.failure }
            state = .open(proven: generation)
        case .inconclusive where isProbe:
            var rejection = rejection
            rejection.isProbing = false
            rejection.lastFailure = failure
            state = .unconfirmed(rejection)
        case .answered, .inconclusive: break
        }
    }

    /// Returns whether credentials that work for others are rejected for this workspace, so that replacing them is no
    /// remedy.
    func isRejectedOnly(for subject: String) -> Bool { rejectedOnlyFor[subject] != nil }

    /// Records for which workspaces the credential works.
    private mutating func note(_ outcome: Outcome, of subject: String, generation: UInt64) {
        switch outcome {
        case .answered:
            guard generation >= workingGeneration else { return }
            if generation > workingGeneration {
                workingGeneration = generation
                workedFor = []
            }
            workedFor.insert(subject)
            rejectedOnlyFor[subject] = nil
        case .unauthenticated: if generation >= workingGeneration { workedFor.remove(subject) }
        case .throttled, .inconclusive: break
        }
    }

    private static func pause(_ retryAfter: Duration?, step: Duration, now: ContinuousClock.Instant) -> State {
        .throttled(until: now + (retryAfter.map { min($0, maximumPause) } ?? step), step: step, isProbing: false)
    }

    private mutating func lockOut(
        _ failure: APIFailure, _ subject: String, generation: UInt64, rejections: Int = 1, now: ContinuousClock.Instant
    ) {
        state = .lockedOut(
            LockOut(
                nextProbe: now + probeDelay(rejections: rejections), subject: subject, generation: generation,
                failure: failure, rejections: rejections))
    }

    /// Returns the delay before the next probe: 1 minute, then 2, 4 … 15 for lockable credentials. A bearer token can't
    /// lock an account, so it is probed once per interval. The delay is a bit shorter than the interval, because
    /// otherwise the next poll would come just too early.
    private func probeDelay(rejections: Int) -> Duration {
        guard isLockable else { return interval * 9 / 10 }
        return min(.seconds(900), .seconds(60) * (1 << min(rejections - 1, 4)))
    }
}
