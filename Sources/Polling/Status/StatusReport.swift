// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// A snapshot of the exporter's state for the status page and the status JSON: the content of the metrics, plus what
/// must not be a label, such as messages and request ids. Contains no secrets.
public struct StatusReport: Sendable {
    /// The wall clock time of the report.
    public var time: Timestamp
    /// The poll interval.
    public var interval: Duration
    /// The age at which a listing is stale.
    public var staleAfter: Duration
    /// The shard of this process; the report has only its workspaces.
    public var shard: Shard
    /// All sources, ordered by name.
    public var sources: [SourceStatus]
    /// The workspaces, ordered by source and id.
    public var workspaces: [WorkspaceStatus]

    /// Creates a report.
    public init(
        time: Timestamp, interval: Duration, staleAfter: Duration, shard: Shard = .whole,
        sources: [SourceStatus],
        workspaces: [WorkspaceStatus]
    ) {
        self.time = time
        self.interval = interval
        self.staleAfter = staleAfter
        self.shard = shard
        self.sources = sources
        self.workspaces = workspaces
    }

    /// Whether every source with discovery has had a successful discovery.
    public var isEveryDiscoveryDone: Bool {
        sources.allSatisfy { $0.discovery.map { $0.lastSuccess != nil } ?? true }
    }
}

/// The status of a source.
public struct SourceStatus: Sendable, Equatable {
    /// The state of a source's discovery.
    public struct Discovery: Sendable, Equatable {
        /// Whether a discovery has ended.
        public var isTried: Bool
        /// The reason the last discovery failed; nil if it succeeded.
        public var failure: FailureReason?
        /// The number of workspaces that the last successful discovery found, before any filter; nil before the first.
        public var workspaces: Int?
        /// The number of those that are polled, over all shards: they match `include` and `exclude`, or are configured.
        /// nil before the first successful discovery.
        public var selected: Int?
        /// The end of the last successful discovery.
        public var lastSuccess: Timestamp?

        /// Creates the state of a discovery.
        public init(
            isTried: Bool, failure: FailureReason?, workspaces: Int?, selected: Int?, lastSuccess: Timestamp?
        ) {
            self.isTried = isTried
            self.failure = failure
            self.workspaces = workspaces
            self.selected = selected
            self.lastSuccess = lastSuccess
        }
    }

    /// The name.
    public var name: String
    /// The region; nil if none is configured.
    public var region: String?
    /// Whether the source is paused because the API throttles it.
    public var isThrottled: Bool
    /// When the rejected credential is probed next; nil if the credential is not rejected.
    public var nextProbe: Timestamp?
    /// The state of discovery; nil if discovery is off.
    public var discovery: Discovery?

    /// How long the rate limit makes one round of polls of all workspaces; nil if it fits into the interval.
    public var round: Duration?

    /// Creates a status.
    public init(
        name: String, region: String?, isThrottled: Bool, nextProbe: Timestamp?, discovery: Discovery?,
        round: Duration? = nil
    ) {
        self.name = name
        self.region = region
        self.isThrottled = isThrottled
        self.nextProbe = nextProbe
        self.discovery = discovery
        self.round = round
    }
}
