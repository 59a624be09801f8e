// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// What the exporter knows at one moment, for people and their scripts: the same that the series say, and beside it what
/// no label may hold, such as messages and request ids. Holds no secret.
public struct StatusReport: Sendable {
    /// The wall clock when it was made.
    public var time: Timestamp
    /// How often each workspace is polled.
    public var interval: Duration
    /// The age at which a listing is withdrawn.
    public var staleAfter: Duration
    /// The shard whose workspaces these are: those of the other shards are not among them.
    public var shard: Shard
    /// Every source, ordered by name.
    public var sources: [SourceStatus]
    /// Every workspace, ordered by source and id.
    public var workspaces: [WorkspaceStatus]

    /// A report of these parts.
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

    /// Whether every source that discovers its workspaces has found them at least once.
    public var isEveryDiscoveryDone: Bool {
        sources.allSatisfy { $0.discovery.map { $0.lastSuccess != nil } ?? true }
    }
}

/// A source.
public struct SourceStatus: Sendable, Equatable {
    /// How the last discovery of its workspaces went.
    public struct Discovery: Sendable, Equatable {
        /// Whether one has ended.
        public var isTried: Bool
        /// Why the last one failed; nil where it did not.
        public var failure: FailureReason?
        /// Workspaces that the last successful one found, before any filter; nil until there was one.
        public var workspaces: Int?
        /// The number of those that are polled, over all shards: `include` and `exclude` let them through, or they are
        /// configured. nil until a discovery succeeded.
        public var selected: Int?
        /// The end of the last successful one.
        public var lastSuccess: Timestamp?

        /// A discovery that went so.
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

    /// Its name.
    public var name: String
    /// Its region, where one is configured.
    public var region: String?
    /// Whether it pauses because the service throttles it.
    public var isThrottled: Bool
    /// When a refused credential is tested again; nil where none has been refused.
    public var nextProbe: Timestamp?
    /// nil: its workspaces are configured.
    public var discovery: Discovery?

    /// How long it takes until every workspace has had its turn of the rate limit; nil if all are polled in time.
    public var round: Duration?

    /// A source of these parts.
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
