// SPDX-License-Identifier: Apache-2.0
public import Fabric

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
        poll: PollSettings = PollSettings(), metrics: MetricsSettings = MetricsSettings(), sources: [SourceSettings],
        warnings: [String] = [], missingSecrets: [String] = []
    ) {
        self.poll = poll
        self.metrics = metrics
        self.sources = sources
        self.warnings = warnings
        self.missingSecrets = missingSecrets
    }
}

extension ExporterConfiguration {
    static let pollKey = Key<Self>(
        "poll", \.poll, .section(PollSettings.section), "How often, how fast and how much at most the API is asked.")
    static let sourcesKey = Key<Self>(
        "sources", \.sources, .list(of: SourceSettings.section), required: true,
        "Where to poll; at least one, names unique.")

    /// The whole file.
    static let section = Section(
        "", "The file as a whole.", of: Self(sources: []),
        keys: [
            pollKey, Key("metrics", \.metrics, .section(MetricsSettings.section), "What is exposed."), sourcesKey,
        ])
}

extension PollSettings {
    static let intervalKey = Key<Self>(
        "interval", \.interval, .duration(from: .milliseconds(100)),
        "How often each workspace is listed. The first poll begins at once, later ones are spread over the interval.")
    static let staleAfterKey = Key<Self>(
        "stale_after", \.staleAfter, .duration(from: .milliseconds(1)),
        fallback: "5m or 3 × interval, whichever is longer",
        "Age at which a workspace's last complete listing is withdrawn. At least 2 × interval.")

    static let section = Section(
        "poll", "How often, how fast and how much at most the API is asked. It holds for all sources.", of: Self(),
        keys: [
            intervalKey,
            Key(
                "timeout", \.timeout, .duration(from: .milliseconds(1)),
                "The time one HTTP exchange may take, from connect to last byte. It may exceed the interval."),
            staleAfterKey,
            Key(
                "concurrency", \.concurrency, .integer(in: 1...10_000), "HTTP exchanges in flight, over all sources."),
            Key(
                "requests_per_second", \.requestsPerSecond, .number(in: 0...1_000_000),
                "Requests a second each source may send (a token bucket); 0 is no limit."),
            Key(
                "retries", \.retries, .integer(in: 0...100),
                "Further tries of one exchange, within the poll's interval."),
            Key(
                "page_size", \.pageSize, .integer(in: 1...100),
                "Endpoints asked for per page; 100 is the API's own limit."),
            Key(
                "connection_max_age", \.connectionMaxAge, .duration(from: .seconds(10)),
                "Age at which a connection is no longer reused. New connections resolve host names again."),
            Key(
                "max_endpoints", \.maxEndpoints, .integer(in: 1...1_000_000_000),
                "Endpoints a workspace may have; a longer listing is refused (reason `response`)."),
            Key(
                "max_response_bytes", \.maxResponseBytes, .integer(in: 1...4_294_967_295),
                "Bytes one decoded page may have; a larger one is refused (reason `response`). Reading one takes some 12 × "
                    + "as much memory."),
        ])
}

/// The `metrics` section: which endpoints get series of their own.
public struct MetricsSettings: Sendable, Equatable {
    /// Which endpoints are exposed one by one.
    public var endpointDetails: DetailLevel = .problems
    /// Endpoints exposed one by one per workspace.
    public var maxEndpointDetails = 1_000
    /// Distinct values of a label per workspace, beside documented ones.
    public var maxLabelValues = 200
    /// What the label `owner` of an endpoint carries.
    public var owner: OwnerLabel = .name

    /// The defaults.
    public init() {}
}

extension MetricsSettings {
    static let section = Section(
        "metrics", "What is exposed.", of: Self(),
        keys: [
            Key(
                "endpoint_details", \.endpointDetails, .choice(of: DetailLevel.allCases) { $0.rawValue },
                "Which endpoints get series of their own: those with a problem (in transition, failed, abnormal, suspended or "
                    + "with an error code), all, or none."),
            Key(
                "max_endpoint_details", \.maxEndpointDetails, .integer(in: 0...1_000_000_000),
                "Endpoints with series of their own, per workspace."),
            Key(
                "max_label_values", \.maxLabelValues, .integer(in: 1...1_000_000),
                "Distinct values of each label per workspace, beside those that the API documents; further values become "
                    + "`other`."),
            Key(
                "owner", \.owner, .choice(of: OwnerLabel.allCases) { $0.rawValue },
                "What the label `owner` of `dataarts_fabric_endpoint_info` carries: the owner's user name, user id, or "
                    + "nothing, and then there is no `owner_id` either. With `name`, user names are published to everyone "
                    + "who can read the metrics."),
        ])
}
