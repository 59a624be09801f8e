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
        case open
        case throttled(until: ContinuousClock.Instant, step: Duration, isProbing: Bool)
        case lockedOut(nextProbe: ContinuousClock.Instant, generation: UInt64, failure: APIFailure, isProbing: Bool)
    }

    /// `Retry-After` is believed up to this.
    static let longestPause = Duration.seconds(300)
    private static let firstPause = Duration.seconds(1)

    private let interval: Duration
    private var state = State.open

    /// A gate of a source that is polled every `interval`.
    init(interval: Duration) { self.interval = interval }

    /// Whether the source pauses because it was throttled.
    var isThrottled: Bool { if case .throttled = state { true } else { false } }

    /// When the refused credential is tested again; nil while the source isn't locked out.
    var nextProbe: ContinuousClock.Instant? {
        if case .lockedOut(let nextProbe, _, _, _) = state { nextProbe } else { nil }
    }

    /// What a request with a credential of `generation` is to do now.
    mutating func admit(now: ContinuousClock.Instant, generation: UInt64) -> Admission {
        switch state {
        case .open:
            return .send(isProbe: false)
        case .throttled(let until, let step, let isProbing):
            if isProbing { return .waitForProbe }
            if now < until { return .wait(until: until) }
            state = .throttled(until: until, step: step, isProbing: true)
            return .send(isProbe: true)
        case .lockedOut(let nextProbe, let refused, let failure, let isProbing):
            // A changed secret is tested at once; until it is refused itself, it stays one that is not the refused one.
            if isProbing || (now < nextProbe && generation == refused) { return .refuse(failure) }
            state = .lockedOut(
                nextProbe: now + interval * 9 / 10, generation: refused, failure: failure, isProbing: true)
            return .send(isProbe: true)
        }
    }

    /// Notes what came of a request that ``admit(now:generation:)`` let pass.
    mutating func report(_ outcome: Outcome, isProbe: Bool, now: ContinuousClock.Instant, generation: UInt64) {
        switch (state, outcome) {
        case (.open, .throttled(let retryAfter)):
            state = Self.pause(retryAfter, step: Self.firstPause, now: now)
        case (.open, .unauthenticated(let failure)):
            lockOut(failure, generation: generation, now: now)
        case (.open, _):
            break
        case (.throttled(let until, let step, _), _) where isProbe:
            switch outcome {
            case .answered: state = .open
            case .throttled(let retryAfter):
                state = Self.pause(retryAfter, step: min(interval, step * 2), now: now)
            case .unauthenticated(let failure): lockOut(failure, generation: generation, now: now)
            case .noAnswer: state = .throttled(until: until, step: step, isProbing: false)
            }
        case (.throttled(let until, let step, let isProbing), .throttled(let retryAfter?)):
            // Sent before the pause began; it may know of a longer one.
            let later = max(until, now + min(retryAfter, Self.longestPause))
            state = .throttled(until: later, step: step, isProbing: isProbing)
        case (.lockedOut(let nextProbe, let refused, let failure, _), _) where isProbe:
            switch outcome {
            case .answered: state = .open
            case .unauthenticated(let failure): lockOut(failure, generation: generation, now: now)
            case .throttled, .noAnswer:
                state = .lockedOut(nextProbe: nextProbe, generation: refused, failure: failure, isProbing: false)
            }
        case (.throttled, _), (.lockedOut, _):
            break
        }
    }

    private static func pause(_ retryAfter: Duration?, step: Duration, now: ContinuousClock.Instant) -> State {
        .throttled(until: now + (retryAfter.map { min($0, longestPause) } ?? step), step: step, isProbing: false)
    }

    /// A bearer token can't lock anybody out, so it is tested once per interval: a little less than one, or a poll that
    /// comes in its slot would always be a moment too early.
    private mutating func lockOut(_ failure: APIFailure, generation: UInt64, now: ContinuousClock.Instant) {
        state = .lockedOut(
            nextProbe: now + interval * 9 / 10, generation: generation, failure: failure, isProbing: false)
    }
}
