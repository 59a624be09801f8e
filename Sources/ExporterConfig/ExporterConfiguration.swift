// SPDX-License-Identifier: Apache-2.0

/// A configuration that has passed every check: what the file or the flags say, defaults filled in.
public struct ExporterConfiguration: Sendable, Equatable {
    /// How the API is polled.
    public var poll: PollSettings
    /// What is exposed.
    public var metrics: MetricsSettings
    /// Where to poll, in the file's order; at least one, names unique.
    public var sources: [SourceSettings]
    /// Lines for the log at every start: nothing that keeps the program from running, each with its position. No secrets.
    public var warnings: [String]
    /// Secret files that are missing or empty now, each with its position and what is wrong. The polls that need them fail
    /// until they have content.
    public var missingSecrets: [String]

    /// A configuration of these parts; nothing is checked here, that is ``ConfigurationReader``'s work.
    public init(
        poll: PollSettings = PollSettings(),
        metrics: MetricsSettings = MetricsSettings(),
        sources: [SourceSettings],
        warnings: [String] = [],
        missingSecrets: [String] = []
    ) {
        self.poll = poll
        self.metrics = metrics
        self.sources = sources
        self.warnings = warnings
        self.missingSecrets = missingSecrets
    }
}

/// The `poll` section: how often, how fast and how much at most.
public struct PollSettings: Sendable, Equatable {
    /// How often each workspace is listed. Default 60 s, at least 100 ms.
    public var interval: Duration = .seconds(60)
    /// The time one HTTP exchange may take, from connect to last byte; may exceed the interval. Default 10 s, at least 1 ms.
    public var timeout: Duration = .seconds(10)
    /// Age at which a workspace's last complete listing is withdrawn; at least 2 × interval. Default 5 min or
    /// 3 × interval, whichever is longer (see ``defaultStaleAfter(interval:)``).
    public var staleAfter: Duration = .seconds(300)
    /// HTTP exchanges in flight, over all sources. Default 16, at least 1.
    public var concurrency = 16
    /// Requests a second each source may send, a token bucket; 0 is no limit. Default 20.
    public var requestsPerSecond = 20.0
    /// Further tries of one exchange, within the poll's interval. Default 3, at least 0.
    public var retries = 3
    /// Rows asked for per page. Default 100, within 1...100.
    public var pageSize = 100
    /// Age at which a connection is no longer used for further requests. Default 5 min, at least 10 s.
    public var connectionMaxAge: Duration = .seconds(300)
    /// Endpoints a workspace may have; a longer listing is refused. Default 100,000, at least 1.
    public var maxEndpoints = 100_000
    /// Bytes one decoded page may have. Default 16 MiB, at least 1.
    public var maxResponseBytes = 16_777_216

    /// The defaults.
    public init() {}

    /// What ``staleAfter`` is where the file leaves it out: 5 min or 3 × `interval`, whichever is longer.
    public static func defaultStaleAfter(interval: Duration) -> Duration { max(.seconds(300), interval * 3) }
}

/// The `metrics` section: which endpoints get series of their own.
public struct MetricsSettings: Sendable, Equatable {
    /// Which endpoints are exposed one by one. Default ``EndpointDetails/problems``.
    public var endpointDetails: EndpointDetails = .problems
    /// Endpoints exposed one by one per workspace. Default 1000, at least 0.
    public var maxEndpointDetails = 1_000

    /// The defaults.
    public init() {}
}

/// The values of `metrics.endpoint_details`.
public enum EndpointDetails: String, Sendable, Equatable, CaseIterable {
    /// Only endpoints with something wrong.
    case problems
    /// Every endpoint.
    case all
    /// No endpoint.
    case none
}
