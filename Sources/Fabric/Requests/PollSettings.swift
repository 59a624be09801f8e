// SPDX-License-Identifier: Apache-2.0

/// The `poll` section: how often, how fast and how much at most.
public struct PollSettings: Sendable, Equatable {
    /// How often each workspace is listed.
    public var interval: Duration = .seconds(60)
    /// The time one HTTP exchange may take, from connect to last byte; may exceed the interval.
    public var timeout: Duration = .seconds(10)
    /// Age at which a workspace's last complete listing is withdrawn; at least 2 × interval (default: see
    /// ``defaultStaleAfter(interval:)``).
    public var staleAfter: Duration = .seconds(300)
    /// HTTP exchanges in flight, over all sources.
    public var concurrency = 16
    /// Requests a second each source may send, a token bucket; 0 is no limit.
    public var requestsPerSecond = 20.0
    /// Further tries of one exchange, within the poll's interval.
    public var retries = 3
    /// Rows asked for per page.
    public var pageSize = 100
    /// Age at which a connection is no longer used for further requests.
    public var connectionMaxAge: Duration = .seconds(300)
    /// Endpoints a workspace may have; a longer listing is refused.
    public var maxEndpoints = 100_000
    /// Bytes one decoded page may have.
    public var maxResponseBytes = 4_194_304

    /// The defaults.
    public init() {}

    /// What ``staleAfter`` is where the file leaves it out: 5 min or 3 × `interval`, whichever is longer.
    public static func defaultStaleAfter(interval: Duration) -> Duration { max(.seconds(300), interval * 3) }
}
