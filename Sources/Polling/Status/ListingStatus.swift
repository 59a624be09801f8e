// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Listings

/// One list of a workspace.
public struct ListingStatus: Sendable {
    /// How its polls go.
    public enum State: String, Sendable, CaseIterable {
        /// The last poll failed.
        case failing
        /// No poll has ended yet.
        case pending
        /// The last poll ended in a complete listing.
        case ok
    }

    /// A poll that has ended.
    public struct Poll: Sendable, Equatable {
        /// When.
        public var endedAt: Timestamp
        /// How long it took, retries and waits included.
        public var duration: Duration
        /// Why it failed; nil where it did not.
        public var failure: Failure?

        /// A poll of these parts.
        public init(endedAt: Timestamp, duration: Duration, failure: Failure?) {
            self.endedAt = endedAt
            self.duration = duration
            self.failure = failure
        }
    }

    /// Why a poll failed.
    public struct Failure: Sendable, Equatable {
        /// The reason, as the metrics name it.
        public var reason: FailureReason
        /// In one sentence, secrets struck out.
        public var message: String
        /// The HTTP status, where a response came.
        public var status: Int?
        /// The service's error code.
        public var code: String?
        /// The service's id of the request, for support cases.
        public var requestID: String?

        /// A failure of these parts.
        public init(reason: FailureReason, message: String, status: Int?, code: String?, requestID: String?) {
            self.reason = reason
            self.message = message
            self.status = status
            self.code = code
            self.requestID = requestID
        }
    }

    /// What is served of its last complete read.
    public struct Served: Sendable {
        /// How old it is, by the monotonic clock.
        public var age: Duration
        /// What it counted.
        public var counts: ListingSnapshot.Counts
        /// By status, and the capacity.
        public var summary: ListingSummary
        /// The records served one by one.
        public var details: [RecordDetail]

        /// What is served, of these parts.
        public init(
            age: Duration, counts: ListingSnapshot.Counts, summary: ListingSummary, details: [RecordDetail]
        ) {
            self.age = age
            self.counts = counts
            self.summary = summary
            self.details = details
        }
    }

    /// The value of the label `listing`.
    public var name: String
    /// Its last polls, newest first.
    public var polls: [Poll]
    /// The end of the last poll that ended in a complete listing.
    public var lastSuccess: Timestamp?
    /// The end of the first poll that failed since; nil while up.
    public var failingSince: Timestamp?
    /// nil: there has been none, or it has been withdrawn because it grew too old.
    public var served: Served?

    /// A list of these parts.
    public init(name: String, polls: [Poll], lastSuccess: Timestamp?, failingSince: Timestamp?, served: Served?) {
        self.name = name
        self.polls = polls
        self.lastSuccess = lastSuccess
        self.failingSince = failingSince
        self.served = served
    }

    /// How its polls go.
    public var state: State {
        guard let last = polls.first else { return .pending }
        return last.failure == nil ? .ok : .failing
    }

    /// Why the last poll failed; nil where it did not, or there was none.
    public var failure: Failure? { polls.first?.failure }

    /// Whether what was read was withdrawn because it grew too old.
    public var isWithdrawn: Bool { lastSuccess != nil && served == nil }

    /// The records that need attention: errors first, then those longest in their status.
    public var problems: [RecordDetail] {
        (served?.details ?? []).filter { $0.needsAttention }.sorted { $0.outranks($1) }
    }
}
