// SPDX-License-Identifier: Apache-2.0

/// The `poll` section: intervals and limits.
public struct PollSettings: Sendable, Equatable {
    /// The interval at which each workspace is listed.
    public var interval: Duration = .seconds(60)
    /// The timeout of one HTTP request, from connect to last byte. May exceed the interval.
    public var timeout: Duration = .seconds(10)
    /// The age at which a workspace's last complete listing is stale; at least 2 × interval. Default:
    /// ``defaultStaleAfter(interval:)``.
    public var staleAfter: Duration = .seconds(300)
    /// The maximum number of HTTP requests in flight, over all sources.
    public var concurrency = 16
    /// The rate limit of each source in requests per second (a token bucket); 0: no limit.
    public var requestsPerSecond = 20.0
    /// The maximum number of retries of one request, within the poll's interval.
    public var retries = 3
    /// The requested number of rows per page.
    public var pageSize = 100
    /// The age at which a connection isn't reused any more.
    public var connectionMaxAge: Duration = .seconds(300)
    /// The maximum number of endpoints of a workspace; a longer list is rejected.
    public var maxEndpoints = 100_000
    /// The maximum size of a decompressed page in bytes.
    public var maxResponseBytes = 4_194_304

    /// Creates the default settings.
    public init() {}

    /// Returns the default of ``staleAfter``: 5 min or 3 × `interval`, whichever is longer.
    public static func defaultStaleAfter(interval: Duration) -> Duration { max(.seconds(300), interval * 3) }
}
