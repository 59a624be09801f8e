// SPDX-License-Identifier: Apache-2.0
public import Base
internal import HTTPClient
import Synchronization

/// An operation of an API that this program calls.
public struct APIOperation: Sendable, Hashable {
    /// The name, as in the label `operation`, such as `list_workspaces`.
    public let name: String

    /// Creates an operation named `name`.
    public init(_ name: String) { self.name = name }

    /// Lists workspaces.
    public static let listWorkspaces = APIOperation("list_workspaces")
    /// Lists the quotas of a project.
    public static let listQuotas = APIOperation("list_quotas")
    /// Obtains a token or temporary keys from IAM or STS.
    static let createToken = APIOperation("create_token")
    /// Looks up a project's ID in IAM.
    static let listProjects = APIOperation("list_projects")
    /// Requests a session token or keys from the metadata service.
    static let metadata = APIOperation("metadata")
    /// The operations that obtain credentials; they are never retried within a poll.
    public static let credentialOperations = [createToken, listProjects, metadata]
}

/// A source's request counters since the program started.
public struct APICounters: Sendable, Equatable {
    /// The key of requests with the same operation and outcome.
    public struct RequestKey: Sendable, Hashable {
        /// The operation.
        public var operation: APIOperation
        /// The HTTP status; nil without a response.
        public var status: Int?
    }

    /// The key of failed queries of pools.
    public struct FailedQueryKey: Sendable, Hashable {
        /// The query.
        public var query: PoolQuery
        /// Why it failed.
        public var reason: FailureReason

        /// Creates a key.
        public init(query: PoolQuery, reason: FailureReason) {
            self.query = query
            self.reason = reason
        }
    }

    /// The upper bounds of the buckets of ``durations``, in seconds.
    public static let durationBounds = [0.025, 0.05, 0.1, 0.25, 0.5, 1.5, 2.5, 5.5, 10.5, 30.5]

    /// The number of HTTP requests.
    public var requests: [RequestKey: UInt64] = [:]
    /// The number of retries.
    public var retries: [APIOperation: UInt64] = [:]
    /// The durations of requests, in seconds.
    public var durations: [APIOperation: Histogram] = [:]
    /// The number of queries of pools that failed, or could not be sent.
    public var failedQueries: [FailedQueryKey: UInt64] = [:]
    /// The received bytes on the wire.
    public var receivedBytes: UInt64 = 0
}

/// Counts a source's requests, including those for its credentials.
public final class APIStatistics: Sendable {
    private let state = Mutex(APICounters())

    /// Creates counters at 0.
    public init() {}

    var counters: APICounters { state.withLock { $0 } }

    /// Sends a request and counts it. The request's signature is redacted in the response.
    func send(
        _ request: HTTPRequest, as operation: APIOperation, through transport: any HTTPTransport,
        clock: any ExporterClock
    ) async throws(TransportFailure) -> HTTPResponse {
        let begin = clock.now
        do {
            var response = try await transport.send(request)
            count(operation, status: response.status, since: begin, clock, receivedBytes: response.receivedBytes)
            response.redactSignature(of: request)
            return response
        } catch {
            count(operation, status: error.status, since: begin, clock, receivedBytes: error.receivedBytes)
            throw error
        }
    }

    private func count(
        _ operation: APIOperation, status: Int?, since begin: ContinuousClock.Instant, _ clock: any ExporterClock,
        receivedBytes: Int
    ) {
        let duration = clock.now - begin
        state.withLock { counters in
            counters.requests[.init(operation: operation, status: status), default: 0] += 1
            counters.durations[operation, default: Histogram(bounds: APICounters.durationBounds)]
                .observe(duration / .seconds(1))
            counters.receivedBytes += UInt64(max(0, receivedBytes))
        }
    }

    func countFailure(_ query: PoolQuery, _ reason: FailureReason) {
        state.withLock { $0.failedQueries[.init(query: query, reason: reason), default: 0] += 1 }
    }

    func countRetry(_ operation: APIOperation) {
        state.withLock { $0.retries[operation, default: 0] += 1 }
    }
}
