// SPDX-License-Identifier: Apache-2.0
public import Aggregation
public import FabricModel

/// A workspace.
public struct WorkspaceStatus: Sendable {
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

    /// What is served of its last complete listing.
    public struct Listing: Sendable {
        /// How old it is, by the monotonic clock.
        public var age: Duration
        /// What it counted.
        public var counts: WorkspaceListing.Counts
        /// By status, and the capacity.
        public var summary: ListingSummary
        /// The endpoints served one by one.
        public var details: [EndpointDetail]

        /// A listing of these parts.
        public init(
            age: Duration, counts: WorkspaceListing.Counts, summary: ListingSummary, details: [EndpointDetail]
        ) {
            self.age = age
            self.counts = counts
            self.summary = summary
            self.details = details
        }
    }

    /// What is known of it beside its endpoints.
    public var workspace: Workspace
    /// Its last polls, newest first.
    public var polls: [Poll]
    /// The end of the last poll that ended in a complete listing.
    public var lastSuccess: Timestamp?
    /// nil: there has been none, or it has been withdrawn because it grew too old.
    public var listing: Listing?

    /// A workspace of these parts.
    public init(workspace: Workspace, polls: [Poll], lastSuccess: Timestamp?, listing: Listing?) {
        self.workspace = workspace
        self.polls = polls
        self.lastSuccess = lastSuccess
        self.listing = listing
    }

    /// How its polls go.
    public var state: State {
        guard let last = polls.first else { return .pending }
        return last.failure == nil ? .ok : .failing
    }

    /// Whether its listing was withdrawn because it grew too old.
    public var isWithdrawn: Bool { lastSuccess != nil && listing == nil }

    /// Whether ``problems`` has any.
    public var hasProblems: Bool { listing?.details.contains { $0.isProblem } ?? false }

    /// The endpoints that are on their way, have failed or have an error code; errors first, then those longest so.
    public var problems: [EndpointDetail] {
        (listing?.details ?? []).filter { $0.isProblem }.sorted { $0.outranks($1) }
    }
}
