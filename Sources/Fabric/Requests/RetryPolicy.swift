// SPDX-License-Identifier: Apache-2.0

/// How long to wait before another try: full jitter over an exponentially growing span, so that clients that failed
/// together do not come back together.
struct RetryPolicy: Sendable {
    /// Further tries of one exchange.
    var retries: Int
    /// The first span.
    var base: Duration = .milliseconds(500)
    /// No span is longer.
    var cap: Duration = .seconds(15)

    /// The wait before try `attempt` (1 is the first retry), or nil when there is none left.
    /// - Parameter random: a number from 0 up to, not including, 1.
    func delay(beforeRetry attempt: Int, random: Double) -> Duration? {
        guard attempt <= retries else { return nil }
        let span = attempt > 20 ? cap : min(cap, base * (1 << (attempt - 1)))
        return span * random
    }
}

/// How many retries a source may spend. Each first try earns a fifth of one, so that against an API that fails always
/// retries add a fifth to its load, not a multiple.
struct RetryBudget: Sendable {
    private static let capacity = 20.0
    private static let earned = 0.2
    private var tokens = RetryBudget.capacity / 2

    /// Notes a first try.
    mutating func deposit() { tokens = min(Self.capacity, tokens + Self.earned) }

    /// Spends one retry; false when the budget does not allow it.
    mutating func withdraw() -> Bool {
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
