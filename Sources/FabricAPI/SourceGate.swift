// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// Whether a source may send now. Throttling and refused credentials concern the account, so they are the two troubles
/// that all workspaces of a source share; this value decides what each request does about them. It knows no clock and
/// no task: the time comes in, a decision goes out.
struct SourceGate: Sendable {
    /// What a request is to do.
    enum Admission: Equatable, Sendable {
        /// Send. A probe is the one request that tests whether the trouble is over; its outcome must be reported.
        case send(isProbe: Bool)
        /// Ask again at this moment.
        case wait(until: ContinuousClock.Instant)
        /// Ask again when the probe that is on its way has been reported.
        case waitForProbe
        /// Fail without traffic.
        case refuse(APIFailure)
    }

    /// What came of a request, as far as it concerns the source.
    enum Outcome: Equatable, Sendable {
        /// The service answered, and it was neither 401 nor throttling.
        case answered
        /// 429 or a throttling code, with the wait the service asked for.
        case throttled(retryAfter: Duration?)
        /// 401 that no other credential cured.
        case unauthenticated(APIFailure)
        /// Nothing that says anything: no response came, or the service was in trouble itself.
        case noAnswer
    }

    private enum State: Sendable {
        /// - `proven`: the generation that the service has accepted; only looked at where credentials can be locked.
        case open(proven: UInt64?)
        /// A credential that may be locked is being tried by one request.
        case proving(isProbing: Bool, lastFailure: APIFailure?)
        case throttled(until: ContinuousClock.Instant, step: Duration, isProbing: Bool)
        case lockedOut(LockOut)
    }

    private struct LockOut: Sendable {
        var nextProbe: ContinuousClock.Instant
        /// Of the credential that was refused.
        var generation: UInt64
        var failure: APIFailure
        /// Refusals in a row.
        var refusals: Int
        var isProbing = false
    }

    /// `Retry-After` is believed up to this.
    static let longestPause = Duration.seconds(300)
    private static let firstPause = Duration.seconds(1)

    private var interval: Duration
    private var isLockable: Bool
    private var state = State.open(proven: nil)

    /// A gate of a source that is polled every `interval`.
    /// - Parameter isLockable: whether wrong credentials of this kind lock the account or key for everyone.
    init(interval: Duration, isLockable: Bool = false) {
        self.interval = interval
        self.isLockable = isLockable
    }

    /// Goes on with another configuration, which is reason enough to test a refused credential at once.
    mutating func reconfigure(interval: Duration, isLockable: Bool, now: ContinuousClock.Instant) {
        self.interval = interval
        self.isLockable = isLockable
        switch state {
        case .open: state = .open(proven: nil)
        case .lockedOut(var lockOut):
            lockOut.nextProbe = now
            state = .lockedOut(lockOut)
        case .proving, .throttled: break
        }
    }

    /// Whether the source is locked out because of an earlier credential than that of `generation`.
    func isLockedOut(otherThan generation: UInt64) -> Bool {
        if case .lockedOut(let lockOut) = state { lockOut.generation < generation } else { false }
    }

    /// Whether the source pauses because it was throttled.
    var isThrottled: Bool { if case .throttled = state { true } else { false } }

    /// When the refused credential is tested again; nil while the source isn't locked out.
    var nextProbe: ContinuousClock.Instant? {
        if case .lockedOut(let lockOut) = state { lockOut.nextProbe } else { nil }
    }

    /// What a request with a credential of `generation` is to do now.
    /// - Parameter hasWaited: whether it has waited for a probe; it then shares what came of that.
    mutating func admit(
        now: ContinuousClock.Instant, generation: UInt64, hasWaited: Bool = false
    ) -> Admission {
        switch state {
        case .open(let proven):
            // Generations grow: an earlier one is a request that has been waiting since before the last renewal.
            if !isLockable || proven.map({ generation <= $0 }) ?? false { return .send(isProbe: false) }
            state = .proving(isProbing: true, lastFailure: nil)
            return .send(isProbe: true)
        case .proving(let isProbing, let lastFailure):
            if isProbing { return .waitForProbe }
            // A probe that met a dead network proves nothing; the others need not meet it one after the other.
            if hasWaited, let lastFailure { return .refuse(lastFailure) }
            state = .proving(isProbing: true, lastFailure: nil)
            return .send(isProbe: true)
        case .throttled(let until, let step, let isProbing):
            if isProbing { return .waitForProbe }
            if now < until { return .wait(until: until) }
            state = .throttled(until: until, step: step, isProbing: true)
            return .send(isProbe: true)
        case .lockedOut(var lockOut):
            // A later credential is tested at once, by one for all; an earlier one is what somebody held while the later
            // was refused.
            let isLater = generation > lockOut.generation
            if lockOut.isProbing, isLater, !hasWaited { return .waitForProbe }
            if lockOut.isProbing || hasWaited || (now < lockOut.nextProbe && !isLater) {
                return .refuse(lockOut.failure)
            }
            lockOut.nextProbe = now + probeDelay(refusals: lockOut.refusals)
            lockOut.isProbing = true
            state = .lockedOut(lockOut)
            return .send(isProbe: true)
        }
    }

    /// Notes what came of a request that ``admit(now:generation:hasWaited:)`` let pass.
    /// - Parameter failure: what it failed with, for those who waited for it.
    mutating func report(
        _ outcome: Outcome, isProbe: Bool, now: ContinuousClock.Instant, generation: UInt64,
        failure: APIFailure? = nil
    ) {
        switch state {
        case .open:
            switch outcome {
            case .throttled(let retryAfter): state = Self.pause(retryAfter, step: Self.firstPause, now: now)
            case .unauthenticated(let failure): lockOut(failure, generation: generation, refusals: 1, now: now)
            case .answered, .noAnswer: break
            }
        case .proving where isProbe:
            switch outcome {
            case .answered: state = .open(proven: generation)
            case .throttled(let retryAfter): state = Self.pause(retryAfter, step: Self.firstPause, now: now)
            case .unauthenticated(let failure): lockOut(failure, generation: generation, refusals: 1, now: now)
            case .noAnswer: state = .proving(isProbing: false, lastFailure: failure)
            }
        case .throttled(let until, let step, _) where isProbe:
            switch outcome {
            case .answered: state = .open(proven: generation)
            case .throttled(let retryAfter):
                state = Self.pause(retryAfter, step: min(interval, step * 2), now: now)
            case .unauthenticated(let failure): lockOut(failure, generation: generation, refusals: 1, now: now)
            case .noAnswer: state = .throttled(until: until, step: step, isProbing: false)
            }
        case .throttled(let until, let step, let isProbing):
            // Sent before the pause began; it may know of a longer one.
            guard case .throttled(let retryAfter?) = outcome else { break }
            let later = max(until, now + min(retryAfter, Self.longestPause))
            state = .throttled(until: later, step: step, isProbing: isProbing)
        case .lockedOut(var lockOut) where isProbe:
            switch outcome {
            case .answered: state = .open(proven: generation)
            case .unauthenticated(let failure):
                self.lockOut(failure, generation: generation, refusals: lockOut.refusals + 1, now: now)
            case .throttled, .noAnswer:
                lockOut.isProbing = false
                state = .lockedOut(lockOut)
            }
        case .proving, .lockedOut:
            break
        }
    }

    private static func pause(_ retryAfter: Duration?, step: Duration, now: ContinuousClock.Instant) -> State {
        .throttled(until: now + (retryAfter.map { min($0, longestPause) } ?? step), step: step, isProbing: false)
    }

    private mutating func lockOut(
        _ failure: APIFailure, generation: UInt64, refusals: Int, now: ContinuousClock.Instant
    ) {
        state = .lockedOut(
            LockOut(
                nextProbe: now + probeDelay(refusals: refusals), generation: generation, failure: failure,
                refusals: refusals))
    }

    /// One minute, then 2, 4 … 15 where wrong credentials lock an account or a key. A bearer token can't lock anybody
    /// out, so it is tested once per interval: a little less than one, or a poll that comes in its slot would always be
    /// a moment too early.
    private func probeDelay(refusals: Int) -> Duration {
        guard isLockable else { return interval * 9 / 10 }
        return min(.seconds(900), .seconds(60) * (1 << min(refusals - 1, 4)))
    }
}
