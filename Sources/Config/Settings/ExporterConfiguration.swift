// SPDX-License-Identifier: Apache-2.0
public import Fabric

/// A validated configuration from a file or flags, with defaults.
public struct ExporterConfiguration: Sendable, Equatable {
    /// The polling settings.
    public var poll: PollSettings
    /// The metrics settings.
    public var metrics: MetricsSettings
    /// The prices to export; nil exports none.
    public var prices: PriceSettings?
    /// The sources in the file's order; at least one, with unique names.
    public var sources: [SourceSettings]
    /// Warnings to log at every start, each with its position and without secrets.
    public var warnings: [String]
    /// Missing or empty secret files, each with its position and the reason. Polls that need them fail until they have
    /// content.
    public var missingSecrets: [String]

    /// Creates a configuration without validating it; ``ConfigurationReader`` does that.
    public init(
        poll: PollSettings = PollSettings(), metrics: MetricsSettings = MetricsSettings(),
        prices: PriceSettings? = nil, sources: [SourceSettings], warnings: [String] = [], missingSecrets: [String] = []
    ) {
        self.poll = poll
        self.metrics = metrics
        self.prices = prices
        self.sources = sources
        self.warnings = warnings
        self.missingSecrets = missingSecrets
    }
}

extension ExporterConfiguration {
    static let pollKey = Key<Self>(
        "poll", \.poll, .section(PollSettings.section), "Polling interval and limits.")
    static let pricesKey = Key<Self>(
        "prices", \.prices, .section(PriceSettings.section), "Prices of capacity.")
    static let sourcesKey = Key<Self>(
        "sources", \.sources, .list(of: SourceSettings.section), required: true,
        "The sources to poll; at least one, with unique names.")

    /// The schema of the file.
    static let section = Section(
        "", "The whole file.", of: Self(sources: []),
        keys: [
            pollKey, Key("metrics", \.metrics, .section(MetricsSettings.section), "Series and labels."), pricesKey,
            sourcesKey,
        ])
}

extension PollSettings {
    static let intervalKey = Key<Self>(
        "interval", \.interval, .duration(from: .milliseconds(100)),
        "How often each workspace is listed. First polls start at once; later ones are spread over the interval.")
    static let staleAfterKey = Key<Self>(
        "stale_after", \.staleAfter, .duration(from: .milliseconds(1)),
        fallback: "5m or 3 × interval, whichever is longer",
        "Age at which a workspace's last complete listing becomes stale. At least 2 × interval.")

    static let section = Section(
        "poll", "Polling interval and limits, for all sources.", of: Self(),
        keys: [
            intervalKey,
            Key(
                "timeout", \.timeout, .duration(from: .milliseconds(1)),
                "Timeout of one HTTP request, from connect to last byte. It may exceed the interval."),
            staleAfterKey,
            Key(
                "concurrency", \.concurrency, .integer(in: 1...10_000),
                "Maximum HTTP requests in flight, over all sources."),
            Key(
                "requests_per_second", \.requestsPerSecond, .number(in: 0...1_000_000),
                "Maximum requests per second of each source (token bucket); 0 disables the limit."),
            Key(
                "retries", \.retries, .integer(in: 0...100),
                "Maximum retries of one request, within the poll's interval."),
            Key(
                "page_size", \.pageSize, .integer(in: 1...100),
                "Endpoints requested per page; 100 is the API's own limit."),
            Key(
                "connection_max_age", \.connectionMaxAge, .duration(from: .seconds(10)),
                "Age at which a connection is no longer reused. New connections resolve host names again."),
            Key(
                "max_endpoints", \.maxEndpoints, .integer(in: 1...1_000_000_000),
                "Maximum endpoints per workspace; a longer listing is rejected (reason `response`)."),
            Key(
                "max_response_bytes", \.maxResponseBytes, .integer(in: 1...4_294_967_295),
                "Maximum size of one decoded page in bytes; a larger page is rejected (reason `response`). Decoding a page takes "
                    + "about 12 × as much memory."),
        ])
}

/// The `metrics` section.
public struct MetricsSettings: Sendable, Equatable {
    /// Which endpoints get per-endpoint series.
    public var endpointDetails: DetailLevel = .problems
    /// The maximum number of endpoints with per-endpoint series, per workspace.
    public var maxEndpointDetails = 1_000
    /// The maximum number of distinct undocumented values of a label, per workspace.
    public var maxLabelValues = 200
    /// The value of an endpoint's `owner` label.
    public var owner: OwnerLabel = .name

    /// The defaults.
    public init() {}
}

extension MetricsSettings {
    static let section = Section(
        "metrics", "Series and labels.", of: Self(),
        keys: [
            Key(
                "endpoint_details", \.endpointDetails, .choice(of: DetailLevel.allCases) { $0.rawValue },
                "Which endpoints get per-endpoint series: those in transition or that need attention (failed, abnormal, "
                    + "suspended or with an error code), all, or none."),
            Key(
                "max_endpoint_details", \.maxEndpointDetails, .integer(in: 0...1_000_000_000),
                "Maximum endpoints with per-endpoint series, per workspace."),
            Key(
                "max_label_values", \.maxLabelValues, .integer(in: 1...1_000_000),
                "Maximum distinct values of each label per workspace, not counting those that the API documents; further "
                    + "values become `other`."),
            Key(
                "owner", \.owner, .choice(of: OwnerLabel.allCases) { $0.rawValue },
                "Value of the label `owner` of `dataarts_fabric_endpoint_info`: the owner's user name or user id; with "
                    + "`none`, both `owner` and `owner_id` are omitted. With `name`, everyone who can read the metrics sees user "
                    + "names."),
        ])
}
