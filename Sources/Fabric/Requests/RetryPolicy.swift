// SPDX-License-Identifier: Apache-2.0

/// The delay before a retry: exponential backoff with full jitter, so that clients that failed together don't retry
/// together.
struct RetryPolicy: Sendable {
    /// The maximum number of retries of one request.
    var retries: Int
    /// The maximum delay before the first retry; it doubles with each retry.
    var base: Duration = .milliseconds(500)
    /// The upper limit of the maximum delay.
    var cap: Duration = .seconds(15)

    /// Returns the delay before retry number `attempt`, counted from 1; nil if no retry is left.
    /// - Parameter random: a number from 0 up to, but not including, 1.
    func delay(beforeRetry attempt: Int, random: Double) -> Duration? {
        guard attempt <= retries else { return nil }
        let span = attempt > 20 ? cap : min(cap, base * (1 << (attempt - 1)))
        return span * random
    }
}

/// Limits the retries of a source. Each request earns a fifth of a retry, so that retries add at most a fifth to the
/// load of a failing API.
struct RetryBudget: Sendable {
    private static let capacity = 20.0
    private static let earned = 0.2
    private var tokens = RetryBudget.capacity / 2

    /// Adds the fifth of a retry that a request earns.
    mutating func deposit() { tokens = min(Self.capacity, tokens + Self.earned) }

    /// Spends one retry; returns false if the budget is exhausted.
    mutating func take() -> Bool {
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
