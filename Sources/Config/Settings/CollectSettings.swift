// SPDX-License-Identifier: Apache-2.0
internal import Fabric

/// The `collect` section of a source: the listings to collect in addition to endpoints. Each costs API requests and
/// needs its own permission, so none is collected by default.
public struct CollectSettings: Sendable, Equatable {
    /// A listing that is read for every workspace.
    public struct WorkspaceListing: Sendable, Equatable {
        /// The interval between polls of the listing.
        public var interval: Duration

        /// Creates the settings of a listing.
        public init(interval: Duration) { self.interval = interval }
    }

    /// The quotas of the source's project, which are read once per source.
    public struct Quotas: Sendable, Equatable {
        /// The interval between reads.
        public var interval: Duration
        /// The project's id; nil for the project of the credential.
        public var projectID: String?

        /// Creates the settings of quotas.
        public init(interval: Duration = .seconds(3_600), projectID: String? = nil) {
            self.interval = interval
            self.projectID = projectID
        }
    }

    /// The service instances of every workspace; nil: not collected. Default of the interval: `poll.interval`.
    public var serviceInstances: WorkspaceListing?
    /// The job runs of every workspace; nil: not collected. Default of the interval: 5 min or `poll.interval`, whichever
    /// is longer.
    public var jobRuns: WorkspaceListing?
    /// The compute pools of every workspace; nil: not collected. Default of the interval: 5 min or `poll.interval`,
    /// whichever is longer.
    public var pools: WorkspaceListing?
    /// The quotas; nil: not collected.
    public var quotas: Quotas?

    /// Creates settings that collect nothing but endpoints.
    public init() {}

    /// The listings that are collected for every workspace, by their names, which are those of the keys.
    public var workspaceListings: [String: WorkspaceListing] {
        [
            Self.serviceInstancesKey.name: serviceInstances, Self.jobRunsKey.name: jobRuns, Self.poolsKey.name: pools,
        ].compactMapValues(\.self)
    }

    /// Whether a listing of the services API is collected, which has an address of its own.
    var needsServicesURL: Bool { serviceInstances != nil || jobRuns != nil }

    /// The minimum number of requests per minute for each workspace.
    var requestsPerMinute: Double {
        func perMinute(_ listing: WorkspaceListing?, requests: Double) -> Double {
            listing.map { requests * (.seconds(60) / $0.interval) } ?? 0
        }
        // Job runs take one request for each status; the number of pools to query is not known.
        return perMinute(serviceInstances, requests: 1) + perMinute(jobRuns, requests: 8)
            + perMinute(pools, requests: 1)
    }

    /// The number of requests per minute for the source as a whole.
    var requestsPerMinuteOfSource: Double { quotas.map { .seconds(60) / $0.interval } ?? 0 }

    /// Returns the default interval of listings that take several requests.
    static func slowInterval(pollInterval: Duration) -> Duration { max(.seconds(300), pollInterval) }
}

extension CollectSettings {
    static let serviceInstancesKey = Key<Self>(
        "service_instances", \.serviceInstances,
        .section(
            WorkspaceListing.section(
                "collect.service_instances", "Service instances, by type and status.", fallback: "`poll.interval`")),
        "Collects service instances. Not available with `api: v2`. Requires the IAM action `DataArtsFabric:service:listInstance`."
    )
    static let jobRunsKey = Key<Self>(
        "job_runs", \.jobRuns,
        .section(
            WorkspaceListing.section(
                "collect.job_runs", "Job runs, by status.", fallback: "5m or `poll.interval`, whichever is longer")),
        "Collects job runs, with eight requests per workspace. Not available with `api: v2`. Requires an IAM action whose name is not documented; the system "
            + "policy `DataArtsFabricReadOnlyPolicy` contains it.")
    static let poolsKey = Key<Self>(
        "pools", \.pools,
        .section(
            WorkspaceListing.section(
                "collect.pools", "Compute pools, their capacity and use.",
                fallback: "5m or `poll.interval`, whichever is longer")),
        "Collects compute pools. Only available with `api: v2`. Takes one request per workspace, and three to five for each "
            + "running pool. The IAM actions of those requests are not documented; the system policy "
            + "`DataArtsFabricReadOnlyPolicy` contains them.")
    static let quotasKey = Key<Self>(
        "quotas", \.quotas, .section(Quotas.section),
        "Collects the project's quotas, with one request per source. The IAM action of that request (`ListResourceQuotas`) is "
            + "not documented.")

    /// The section that a source accepts. Only keys of existing listings belong here, because an accepted key that does
    /// nothing would be misleading.
    static let section = section(keys: [serviceInstancesKey, jobRunsKey, poolsKey, quotasKey])

    /// Returns the section with these keys.
    static func section(keys: [Key<Self>]) -> Section<Self> {
        Section(
            "collect",
            "What to collect in addition to endpoints. A key that is absent is not collected. Each listing is independent: its "
                + "failure does not affect endpoints.",
            of: Self(), keys: keys)
    }
}

extension CollectSettings.WorkspaceListing {
    static let intervalKey = intervalKey(fallback: "")

    private static func intervalKey(fallback: String) -> Key<Self> {
        Key(
            "interval", \.interval, .duration(from: .milliseconds(100)), fallback: fallback,
            "How often the list of each workspace is read. It becomes stale after `poll.stale_after` or 3 × this interval, "
                + "whichever is longer.")
    }

    /// Returns a section without further keys.
    /// - Parameter fallback: the description of the default interval.
    fileprivate static func section(_ title: String, _ summary: String, fallback: String) -> Section<Self> {
        Section(title, summary, of: Self(interval: .zero), keys: [intervalKey(fallback: fallback)])
    }
}

extension CollectSettings.Quotas {
    static let projectIDKey = Key<Self>(
        "project_id", \.projectID, .projectID, fallback: "the credential's project",
        "The project's id. Required with `token` or `token_file`, which do not contain it.")

    static let section = Section(
        "collect.quotas", "Quotas of the project and how much of them is used.", of: Self(),
        keys: [
            Key("interval", \.interval, .duration(from: .seconds(1)), "How often the quotas are read."), projectIDKey,
        ])
}

extension SourceSettings {
    static let collectKey = collectKey(CollectSettings.section)
    static let servicesURLKey = Key<Self>(
        "services_url", \.servicesURL, .url(), fallback: "`https://fabric-ep.{region}.myhuaweicloud.com`",
        "The address of the API for services and jobs; trailing slashes are dropped. Used only for such listings in `collect`."
    )

    /// Returns the key for a section of `collect`.
    static func collectKey(_ section: Section<CollectSettings>) -> Key<SourceSettings> {
        Key("collect", \.collect, .section(section), "What to collect in addition to endpoints. Default: nothing.")
    }

    /// Returns the default address of the API for services and jobs in a region.
    static func defaultServicesURL(region: String) -> String { "https://fabric-ep.\(region).myhuaweicloud.com" }
}

// Defaults that depend on other keys, and constraints between keys.
extension SchemaWalker {
    /// Sets the defaults of `collect` and `services_url`, and reports values that are missing.
    mutating func finishCollect(of source: inout SourceSettings, at section: String, _ poll: PollSettings) {
        let (collectKey, servicesURL) = (SourceSettings.collectKey, SourceSettings.servicesURLKey)
        if source.collect.needsServicesURL, !isGiven(servicesURL, in: section) {
            source.servicesURL = source.region.map { SourceSettings.defaultServicesURL(region: $0) }
            if !isGiven(SourceSettings.regionKey, in: section) {
                report(servicesURL, in: section, "required for collect if region is not set")
            }
        }
        let collect = collectKey.path(in: section)
        guard isValid(collect) else { return }
        func usesDefault(_ key: Key<CollectSettings>) -> Bool {
            !isGiven(CollectSettings.WorkspaceListing.intervalKey, in: key.path(in: collect))
        }
        if usesDefault(CollectSettings.serviceInstancesKey) {
            source.collect.serviceInstances?.interval = poll.interval
        }
        if usesDefault(CollectSettings.jobRunsKey) {
            source.collect.jobRuns?.interval = CollectSettings.slowInterval(pollInterval: poll.interval)
        }
        if usesDefault(CollectSettings.poolsKey) {
            source.collect.pools?.interval = CollectSettings.slowInterval(pollInterval: poll.interval)
        }
        let quotas = CollectSettings.quotasKey.path(in: collect)
        if case .token = source.auth, isValid(SourceSettings.authKey, in: section), source.collect.quotas != nil,
            !isGiven(CollectSettings.Quotas.projectIDKey, in: quotas)
        {
            report(
                CollectSettings.Quotas.projectIDKey, in: quotas,
                "required with token or token_file, which do not contain the project's id")
        }
    }
}
