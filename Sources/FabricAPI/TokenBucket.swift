// SPDX-License-Identifier: Apache-2.0

/// A token bucket that hands out the moments at which requests may go. It holds one second's worth of tokens; who comes
/// when it is empty gets a moment in the future, in the order of asking.
struct TokenBucket: Sendable {
    private let interval: Duration?
    private let burst: Int
    /// The moment at which the bucket would be full again.
    private var fullAt: ContinuousClock.Instant?

    /// A bucket that refills at `perSecond` tokens a second; 0 is no limit.
    init(perSecond: Double) {
        interval = perSecond > 0 ? .seconds(1 / perSecond) : nil
        burst = max(1, Int(min(perSecond.rounded(.down), 1_000_000)))
    }

    /// Takes one token.
    /// - Returns: when the request may go; not after `now` when it may go at once.
    mutating func take(now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        guard let interval else { return now }
        let full = max(fullAt ?? now, now)
        fullAt = full + interval
        return max(now, full - interval * (burst - 1))
    }
}
