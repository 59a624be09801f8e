// SPDX-License-Identifier: Apache-2.0

/// A token bucket that holds one second's worth of requests.
struct TokenBucket: Sendable {
    private let interval: Duration?
    private let burst: Int
    /// The moment at which the bucket will be full.
    private var fullAt: ContinuousClock.Instant?

    /// A full bucket that refills at `perSecond` tokens a second; 0 is no limit.
    init(perSecond: Double) {
        interval = perSecond > 0 ? .seconds(1 / perSecond) : nil
        burst = max(1, Int(min(perSecond.rounded(.down), 1_000_000)))
    }

    /// When a token can be taken; not after `now` if there is one.
    func nextToken(now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        guard let interval, let fullAt, fullAt > now else { return now }
        return max(now, fullAt - interval * (burst - 1))
    }

    /// Takes a token. Call it only if ``nextToken(now:)`` is not in the future.
    mutating func take(now: ContinuousClock.Instant) {
        guard let interval else { return }
        fullAt = max(fullAt ?? now, now) + interval
    }

    /// Returns a token that was taken and not used.
    mutating func putBack() {
        if let interval, let fullAt { self.fullAt = fullAt - interval }
    }
}
