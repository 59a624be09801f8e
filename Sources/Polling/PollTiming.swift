// SPDX-License-Identifier: Apache-2.0

/// The times of a poll.
public struct PollTiming: Sendable, Equatable {
    /// How often to poll.
    public var interval: Duration
    /// How long one HTTP exchange may take.
    public var exchangeTimeout: Duration
    /// The age at which what was read is withdrawn; nil: never.
    public var staleAfter: Duration?

    /// Times of these lengths.
    public init(interval: Duration, exchangeTimeout: Duration, staleAfter: Duration? = nil) {
        self.interval = interval
        self.exchangeTimeout = exchangeTimeout
        self.staleAfter = staleAfter
    }

    /// How long a poll may take with all its retries.
    public var longestPoll: Duration { max(interval * 2, exchangeTimeout * 3) }

    /// Without an ended poll for this long, polling has stalled.
    public var stallAfter: Duration { longestPoll * 2 }
}
