// SPDX-License-Identifier: Apache-2.0

/// Whether a source may send now. Throttling and rejected credentials concern the account, so they are the two troubles
/// that all workspaces of a source share; this value decides what each request does about them. It knows no clock and
/// no task: the time comes in, a decision goes out.
public struct SourceGate: Sendable {
    /// What a request is to do.
    enum Admission: Equatable, Sendable {
        /// Send. A probe is the one request that tests whether the trouble is over; its outcome must be reported.
        case send(isProbe: Bool)
        /// Ask again at this moment, or fail so if that is too late.
        case wait(until: ContinuousClock.Instant, else: APIFailure)
        /// Ask again when the probe that is being sent has been reported.
        case waitForProbe
        /// Fail without traffic.
        case refuse(APIFailure)
    }

    /// The outcome of a request, as far as it concerns the source.
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

    /// Who should ask next whether the credential still works.
    public struct Confirmation: Sendable, Equatable {
        /// The workspace for which it was rejected: to be asked only if there is no other.
        public var rejectedFor: String
        /// The workspaces for which it worked last.
        public var workedFor: Set<String>
    }

    private enum State: Sendable {
        /// - `proven`: the generation that the service has accepted; only looked at if credentials can be locked.
        case open(proven: UInt64?)
        /// A credential that may be locked is being tried by one request.
        case proving(isProbing: Bool, lastFailure: APIFailure?)
        /// A credential that has worked was rejected for one workspace: is it the credential or the workspace?
        case doubted(Doubt)
        case throttled(until: ContinuousClock.Instant, step: Duration, isProbing: Bool)
        case lockedOut(LockOut)
    }

    private struct Doubt: Sendable {
        /// For which the credential was rejected.
        var subject: String
        var generation: UInt64
        var failure: APIFailure
        var since: ContinuousClock.Instant
        var isProbing = false
        /// Why the last probe said nothing.
        var lastFailure: APIFailure?
    }

    private struct LockOut: Sendable {
        var nextProbe: ContinuousClock.Instant
        /// For which the credential was rejected last.
        var subject: String
        /// Of the credential that was rejected.
        var generation: UInt64
        var failure: APIFailure
        /// Rejections in a row.
        var refusals: Int
        var isProbing = false
    }

    /// `Retry-After` is believed up to this.
    static let longestPause = Duration.seconds(300)
    private static let firstPause = Duration.seconds(1)
    /// How long a doubt lasts at most before any request may settle it.
    static let longestDoubt = Duration.seconds(5)
    static let throttled = APIFailure(.throttled, "the source pauses because the service throttles it")

    /// How many workspaces are polled.
    var workspaces = 0
    private var interval: Duration
    private var isLockable: Bool
    private var state = State.open(proven: nil)
    /// For which the credential of ``workingGeneration`` has worked and has not been rejected since.
    private var workedFor: Set<String> = []
    private var workingGeneration: UInt64 = 0
    /// For which credentials were rejected while they worked for others, and how.
    private var rejectedAlone: [String: APIFailure] = [:]

    /// A gate of a source that is polled every `interval`.
    /// - Parameter isLockable: whether wrong credentials of this kind lock the account or key for everyone.
    init(interval: Duration, isLockable: Bool = false) {
        self.interval = interval
        self.isLockable = isLockable
    }

    /// Goes on with another configuration, which is reason enough to test a rejected credential at once.
    mutating func reconfigure(interval: Duration, isLockable: Bool, now: ContinuousClock.Instant) {
        self.interval = interval
        self.isLockable = isLockable
        switch state {
        case .open, .doubted: state = .open(proven: nil)
        case .lockedOut(var lockOut):
            lockOut.nextProbe = now
            lockOut.subject = ""
            state = .lockedOut(lockOut)
        case .proving, .throttled: break
        }
    }

    /// Who should ask now whether the credential still works; nil if that is not in doubt, or being asked.
    var confirmation: Confirmation? {
        guard case .doubted(let doubt) = state, !doubt.isProbing else { return nil }
        return Confirmation(rejectedFor: doubt.subject, workedFor: workedFor)
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
    /// - Parameters:
    ///   - subject: the workspace that it is about; empty for the list of workspaces.
    ///   - hasWaited: whether it has waited for a probe; it then shares the outcome of that.
    mutating func admit(
        _ subject: String, now: ContinuousClock.Instant, generation: UInt64, hasWaited: Bool = false
    ) -> Admission {
        switch state {
        case .open(let proven):
            // Generations grow: an earlier one is a request that has been waiting since before the last renewal.
            if !isLockable || proven.map({ generation <= $0 }) ?? false { return .send(isProbe: false) }
            // A rejection of this one would say nothing about the new credential.
            if let failure = rejectedAlone[subject], workspaces > rejectedAlone.count {
                return .wait(until: now + Self.longestDoubt, else: failure)
            }
            state = .proving(isProbing: true, lastFailure: nil)
            return .send(isProbe: true)
        case .proving(let isProbing, let lastFailure):
            if isProbing { return .waitForProbe }
            // A probe that met a dead network proves nothing; the others need not meet it one after the other.
            if hasWaited, let lastFailure { return .refuse(lastFailure) }
            state = .proving(isProbing: true, lastFailure: nil)
            return .send(isProbe: true)
        case .doubted(var doubt):
            if generation > doubt.generation {
                state = .open(proven: doubt.generation)
                return admit(subject, now: now, generation: generation, hasWaited: hasWaited)
            }
            if doubt.isProbing { return .waitForProbe }
            if hasWaited, let lastFailure = doubt.lastFailure { return .refuse(lastFailure) }
            // Another workspace tells more than the same one once more.
            let settles = workspaces <= 1 || subject != doubt.subject && workedFor.contains(subject)
            guard settles || now >= doubt.since + Self.longestDoubt else {
                return .wait(until: doubt.since + Self.longestDoubt, else: doubt.failure)
            }
            doubt.isProbing = true
            doubt.lastFailure = nil
            state = .doubted(doubt)
            return .send(isProbe: true)
        case .throttled(let until, let step, let isProbing):
            if isProbing { return .waitForProbe }
            if now < until { return .wait(until: until, else: Self.throttled) }
            state = .throttled(until: until, step: step, isProbing: true)
            return .send(isProbe: true)
        case .lockedOut(var lockOut):
            // A later credential is tested at once, by one for all; an earlier one was obtained before the later one was
            // rejected.
            let isLater = generation > lockOut.generation
            if lockOut.isProbing, isLater, !hasWaited { return .waitForProbe }
            if lockOut.isProbing || hasWaited || !isLater && now < probeMoment(for: subject, lockOut) {
                return .refuse(lockOut.failure)
            }
            lockOut.nextProbe = now + probeDelay(refusals: lockOut.refusals)
            lockOut.isProbing = true
            state = .lockedOut(lockOut)
            return .send(isProbe: true)
        }
    }

    /// When `subject` may probe. One workspace that is always rejected must not take every probe, so the one that was
    /// rejected last leaves the next probe to the others.
    private func probeMoment(for subject: String, _ lockOut: LockOut) -> ContinuousClock.Instant {
        workspaces > 1 && subject == lockOut.subject ? lockOut.nextProbe + interval : lockOut.nextProbe
    }

    /// Notes the outcome of a request that ``admit(_:now:generation:hasWaited:)`` let pass.
    /// - Parameters:
    ///   - subject: the workspace that it was about; empty for the list of workspaces.
    ///   - replaced: the generation that was rejected for this request before, if this one took its place.
    ///   - failure: what it failed with, for those who waited for it.
    mutating func report(
        _ outcome: Outcome, of subject: String, isProbe: Bool, now: ContinuousClock.Instant, generation: UInt64,
        replaced: UInt64? = nil, failure: APIFailure? = nil
    ) {
        // One that was obtained in place of one that has worked is as good.
        let hasWorked = !workedFor.isEmpty && (generation == workingGeneration || replaced == workingGeneration)
        note(outcome, of: subject, generation: generation)
        switch state {
        case .open:
            switch outcome {
            case .throttled(let retryAfter): state = Self.pause(retryAfter, step: Self.firstPause, now: now)
            case .unauthenticated where rejectedAlone[subject] != nil: break
            case .unauthenticated(let failure) where hasWorked:
                state = .doubted(Doubt(subject: subject, generation: generation, failure: failure, since: now))
            case .unauthenticated(let failure): lockOut(failure, subject, generation: generation, now: now)
            case .answered, .noAnswer: break
            }
        case .proving where isProbe:
            switch outcome {
            case .answered: state = .open(proven: generation)
            case .throttled(let retryAfter): state = Self.pause(retryAfter, step: Self.firstPause, now: now)
            case .unauthenticated(let failure) where hasWorked:
                state = .doubted(Doubt(subject: subject, generation: generation, failure: failure, since: now))
            case .unauthenticated(let failure): lockOut(failure, subject, generation: generation, now: now)
            case .noAnswer: state = .proving(isProbing: false, lastFailure: failure)
            }
        case .doubted(let doubt):
            report(
                outcome, of: subject, on: doubt, isProbe: isProbe, now: now, generation: generation, failure: failure)
        case .throttled(let until, let step, _) where isProbe:
            switch outcome {
            case .answered: state = .open(proven: generation)
            case .throttled(let retryAfter):
                state = Self.pause(retryAfter, step: min(interval, step * 2), now: now)
            case .unauthenticated(let failure): lockOut(failure, subject, generation: generation, now: now)
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
                self.lockOut(failure, subject, generation: generation, refusals: lockOut.refusals + 1, now: now)
            case .throttled, .noAnswer:
                lockOut.isProbing = false
                state = .lockedOut(lockOut)
            }
        case .proving, .lockedOut:
            break
        }
    }

    /// The outcome of a request while it is in doubt whether the credential works.
    private mutating func report(
        _ outcome: Outcome, of subject: String, on doubt: Doubt, isProbe: Bool, now: ContinuousClock.Instant,
        generation: UInt64, failure: APIFailure?
    ) {
        switch outcome {
        case .throttled(let retryAfter): state = Self.pause(retryAfter, step: Self.firstPause, now: now)
        case .unauthenticated(let failure):
            // Sent before the doubt began, and about another workspace: that settles it as well.
            if isProbe || subject != doubt.subject && rejectedAlone[subject] == nil {
                lockOut(failure, subject, generation: generation, now: now)
            }
        case .answered where isProbe:
            if subject != doubt.subject { rejectedAlone[doubt.subject] = doubt.failure }
            state = .open(proven: generation)
        case .noAnswer where isProbe:
            var doubt = doubt
            doubt.isProbing = false
            doubt.lastFailure = failure
            state = .doubted(doubt)
        case .answered, .noAnswer: break
        }
    }

    /// Whether credentials that work for others are rejected for this one, so that another credential is no cure.
    func isRejectedAlone(_ subject: String) -> Bool { rejectedAlone[subject] != nil }

    /// Keeps for which workspaces the credential works.
    private mutating func note(_ outcome: Outcome, of subject: String, generation: UInt64) {
        switch outcome {
        case .answered:
            guard generation >= workingGeneration else { return }
            if generation > workingGeneration {
                workingGeneration = generation
                workedFor = []
            }
            workedFor.insert(subject)
            rejectedAlone[subject] = nil
        case .unauthenticated: if generation >= workingGeneration { workedFor.remove(subject) }
        case .throttled, .noAnswer: break
        }
    }

    private static func pause(_ retryAfter: Duration?, step: Duration, now: ContinuousClock.Instant) -> State {
        .throttled(until: now + (retryAfter.map { min($0, longestPause) } ?? step), step: step, isProbing: false)
    }

    private mutating func lockOut(
        _ failure: APIFailure, _ subject: String, generation: UInt64, refusals: Int = 1, now: ContinuousClock.Instant
    ) {
        state = .lockedOut(
            LockOut(
                nextProbe: now + probeDelay(refusals: refusals), subject: subject, generation: generation,
                failure: failure, refusals: refusals))
    }

    /// One minute, then 2, 4 … 15 if wrong credentials lock an account or a key. A bearer token cannot lock anybody out, so
    /// it is tested once per interval: a little less than one, or a poll that comes in its slot would always be a moment
    /// too early.
    private func probeDelay(refusals: Int) -> Duration {
        guard isLockable else { return interval * 9 / 10 }
        return min(.seconds(900), .seconds(60) * (1 << min(refusals - 1, 4)))
    }
}
