// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// A snapshot of the exporter's state for the status page and the status JSON: the content of the metrics, plus what
/// must not be a label, such as messages and request ids. Contains no secrets.
public struct StatusReport: Sendable {
    /// The wall clock time of the report.
    public var time: Timestamp
    /// The wall clock time when the process started.
    public var startedAt: Timestamp
    /// The last reload of the configuration.
    public var reload: Reload
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
        time: Timestamp, startedAt: Timestamp, reload: Reload, interval: Duration, staleAfter: Duration,
        shard: Shard = .whole, sources: [SourceStatus], workspaces: [WorkspaceStatus]
    ) {
        self.time = time
        self.startedAt = startedAt
        self.reload = reload
        self.interval = interval
        self.staleAfter = staleAfter
        self.shard = shard
        self.sources = sources
        self.workspaces = workspaces
    }

    /// The time since the process started; never negative.
    public var uptime: Duration { max(.zero, .microseconds(time.microseconds - startedAt.microseconds)) }

    /// Whether every source with discovery has had a successful discovery.
    public var isEveryDiscoveryDone: Bool {
        sources.allSatisfy { $0.discovery.map { $0.lastSuccess != nil } ?? true }
    }
}

extension StatusReport {
    /// When the current configuration was loaded, and whether an attempt to replace it has failed since.
    public struct Reload: Sendable, Equatable {
        /// A reload that failed.
        public struct Failure: Sendable, Equatable {
            /// When it failed.
            public var at: Timestamp
            /// The errors, one per line; secrets redacted.
            public var error: String

            /// Creates a failure.
            public init(at: Timestamp, error: String) {
                self.at = at
                self.error = error
            }
        }

        /// When the current configuration was loaded.
        public var loadedAt: Timestamp
        /// The failure of the last reload; nil if it succeeded or there was none.
        public var failure: Failure?

        /// Creates the state of reloads.
        public init(loadedAt: Timestamp, failure: Failure? = nil) {
            self.loadedAt = loadedAt
            self.failure = failure
        }
    }
}

/// The status of a source.
public struct SourceStatus: Sendable, Equatable {
    /// How the source authenticates.
    public struct Credential: Sendable, Equatable {
        /// The kind.
        public var kind: CredentialKind
        /// Whether it is only used to assume an agency (`assume_agency`).
        public var assumesAgency: Bool
        /// When the current credential expires, by this machine's clock; nil if unknown.
        public var expiresAt: Timestamp?

        /// Creates a credential's status.
        public init(kind: CredentialKind, assumesAgency: Bool = false, expiresAt: Timestamp? = nil) {
            self.kind = kind
            self.assumesAgency = assumesAgency
            self.expiresAt = expiresAt
        }
    }

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

        /// The number of found workspaces that are not polled: `include` and `exclude` omit them, and they are not
        /// configured. nil before the first successful discovery.
        public var excluded: Int? {
            if let workspaces, let selected { workspaces - selected } else { nil }
        }

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
    /// How it authenticates.
    public var credential: Credential
    /// Chooses the remedies for its failures.
    public var remedies: SourceRemedies
    /// When the next request is sent while the source is paused because the API throttles it; nil unless it is. In the
    /// past while that request is due or in flight.
    public var throttledUntil: Timestamp?
    /// When the rejected credential is probed next; nil if the credential is not rejected.
    public var nextProbe: Timestamp?
    /// The state of discovery; nil if discovery is off.
    public var discovery: Discovery?
    /// The state of quotas; nil if they are not collected, or by another shard.
    public var quotas: QuotaStatus?
    /// How long the rate limit makes one round of polls of all workspaces; nil if it fits into the interval.
    public var round: Duration?
    /// The number of API requests sent in the last minute, retries included, without those for credentials.
    public var requestsPerMinute: Int
    /// The rate limit in requests per minute; nil without a limit.
    public var requestsPerMinuteLimit: Double?

    /// Creates a status.
    public init(
        name: String, region: String?, credential: Credential, remedies: SourceRemedies,
        throttledUntil: Timestamp? = nil,
        nextProbe: Timestamp?, discovery: Discovery?, quotas: QuotaStatus? = nil, round: Duration? = nil,
        requestsPerMinute: Int = 0,
        requestsPerMinuteLimit: Double? = nil
    ) {
        self.name = name
        self.region = region
        self.credential = credential
        self.remedies = remedies
        self.throttledUntil = throttledUntil
        self.nextProbe = nextProbe
        self.discovery = discovery
        self.quotas = quotas
        self.round = round
        self.requestsPerMinute = requestsPerMinute
        self.requestsPerMinuteLimit = requestsPerMinuteLimit
    }

    /// Whether the source is paused because the API throttles it.
    public var isThrottled: Bool { throttledUntil != nil }
}
