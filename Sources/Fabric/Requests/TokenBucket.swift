// SPDX-License-Identifier: Apache-2.0

/// A token bucket with a burst of one second's tokens.
struct TokenBucket: Sendable {
    private let interval: Duration?
    private let burst: Int
    /// When the bucket will be full; nil: it is.
    private var fullAt: ContinuousClock.Instant?

    /// Creates a full bucket that refills at `perSecond` tokens per second; 0: no limit.
    init(perSecond: Double) {
        interval = perSecond > 0 ? .seconds(1 / perSecond) : nil
        burst = max(1, Int(min(perSecond.rounded(.down), 1_000_000)))
    }

    /// Returns when a token is available; `now` if there is one.
    func nextToken(now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        guard let interval, let fullAt, fullAt > now else { return now }
        return max(now, fullAt - interval * (burst - 1))
    }

    /// Takes a token. Requires that ``nextToken(now:)`` isn't in the future.
    mutating func take(now: ContinuousClock.Instant) {
        guard let interval else { return }
        fullAt = max(fullAt ?? now, now) + interval
    }

    /// Puts back a token that was taken but not used.
    mutating func putBack() {
        if let interval, let fullAt { self.fullAt = fullAt - interval }
    }
}
