// SPDX-License-Identifier: Apache-2.0

/// The times of a poll.
public struct PollTiming: Sendable, Equatable {
    /// The poll interval.
    public var interval: Duration
    /// The timeout of one HTTP request.
    public var requestTimeout: Duration
    /// The age at which a listing is stale; nil: never.
    public var staleAfter: Duration?

    /// Creates the times of a poll.
    public init(interval: Duration, requestTimeout: Duration, staleAfter: Duration? = nil) {
        self.interval = interval
        self.requestTimeout = requestTimeout
        self.staleAfter = staleAfter
    }

    /// The timeout of a poll, retries included.
    public var pollTimeout: Duration { max(interval * 2, requestTimeout * 3) }

    /// The time without a completed poll after which polling has stalled.
    public var stallAfter: Duration { pollTimeout * 2 }
}
