// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Listings

/// The status of one listing of a workspace.
public struct ListingStatus: Sendable {
    /// The state of the polls.
    public enum State: String, Sendable, CaseIterable {
        /// The last poll failed.
        case failing
        /// No poll has ended yet.
        case pending
        /// The last poll ended in a complete listing.
        case ok
    }

    /// A completed poll.
    public struct Poll: Sendable, Equatable {
        /// When the poll ended.
        public var endedAt: Timestamp
        /// How long it took, retries and waits included.
        public var duration: Duration
        /// The failure; nil if the poll succeeded.
        public var failure: Failure?

        /// Creates a poll.
        public init(endedAt: Timestamp, duration: Duration, failure: Failure?) {
            self.endedAt = endedAt
            self.duration = duration
            self.failure = failure
        }
    }

    /// Why a poll failed.
    public struct Failure: Sendable, Equatable {
        /// The reason, as in the label `reason`.
        public var reason: FailureReason
        /// The message: one sentence, secrets redacted.
        public var message: String
        /// The HTTP status; nil without a response.
        public var status: Int?
        /// The API's error code.
        public var code: String?
        /// The API's request id, for support cases.
        public var requestID: String?

        /// Creates a failure.
        public init(reason: FailureReason, message: String, status: Int?, code: String?, requestID: String?) {
            self.reason = reason
            self.message = message
            self.status = status
            self.code = code
            self.requestID = requestID
        }

        init(_ failure: APIFailure) {
            self.init(
                reason: failure.reason, message: failure.message, status: failure.status, code: failure.code,
                requestID: failure.requestID)
        }
    }

    /// The data of the last complete read.
    public struct ExportedData: Sendable {
        /// The age, by the monotonic clock.
        public var age: Duration
        /// The counts about the records.
        public var counts: ListingSnapshot.Counts
        /// The counts by status, and the capacity.
        public var summary: ListingSummary
        /// All records; empty unless ``ListingSettings/keepsRecords`` is set.
        public var records: RecordList

        /// Creates the data of a read.
        public init(
            age: Duration, counts: ListingSnapshot.Counts, summary: ListingSummary, records: RecordList
        ) {
            self.age = age
            self.counts = counts
            self.summary = summary
            self.records = records
        }
    }

    /// The value of the label `listing`.
    public var name: String
    /// The last five polls with their failures, most recent first.
    public var polls: [Poll]
    /// The last 60 polls, those of ``polls`` included, without messages; most recent first.
    public var history: PollHistory
    /// The end of the last successful poll.
    public var lastSuccess: Timestamp?
    /// The end of the first failed poll since the last success; nil while up.
    public var failingSince: Timestamp?
    /// The data of the last complete read; nil if there is none, or it is stale.
    public var exported: ExportedData?
    /// The age at which its data is stale; nil: never.
    public var staleAfter: Duration?

    /// Creates a status.
    public init(
        name: String, polls: [Poll], history: PollHistory, lastSuccess: Timestamp?, failingSince: Timestamp?,
        exported: ExportedData?, staleAfter: Duration? = nil
    ) {
        self.name = name
        self.polls = polls
        self.history = history
        self.lastSuccess = lastSuccess
        self.failingSince = failingSince
        self.exported = exported
        self.staleAfter = staleAfter
    }

    /// Whether this is the listing of endpoints.
    public var isEndpoints: Bool { name == EndpointListing.name }

    /// Whether it reads its records, so that they can be listed; false if it only counts them.
    public var hasRecords: Bool { ListingRegistry.hasRecords(name) }

    /// The state of the polls.
    public var state: State {
        guard let last = polls.first else { return .pending }
        return last.failure == nil ? .ok : .failing
    }

    /// The failure of the last poll; nil if it succeeded or there was none.
    public var failure: Failure? { polls.first?.failure }

    /// Whether the last complete read is too old to export.
    public var isStale: Bool { lastSuccess != nil && exported == nil }
}
