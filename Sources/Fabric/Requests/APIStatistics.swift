// SPDX-License-Identifier: Apache-2.0
internal import Base
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

    /// A histogram of the durations of one operation's requests.
    public struct Durations: Sendable, Equatable {
        /// The buckets' upper bounds in seconds, ascending. They aren't whole numbers, because exposition formats write
        /// those differently.
        public static let bounds = [0.025, 0.05, 0.1, 0.25, 0.5, 1.5, 2.5, 5.5, 10.5, 30.5]
        /// The observations per bucket, not cumulative; one more than the bounds.
        public var counts = [UInt64](repeating: 0, count: Durations.bounds.count + 1)
        /// The sum of the observations in seconds.
        public var sum = 0.0

        /// Creates an empty histogram.
        public init() {}

        mutating func observe(seconds: Double) {
            counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
            sum += seconds
        }

        /// Adds the observations of `other`.
        public mutating func add(_ other: Durations) {
            for index in counts.indices { counts[index] += other.counts[index] }
            sum += other.sum
        }
    }

    /// The number of HTTP requests.
    public var requests: [RequestKey: UInt64] = [:]
    /// The number of retries.
    public var retries: [APIOperation: UInt64] = [:]
    /// The durations of requests.
    public var durations: [APIOperation: Durations] = [:]
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
            counters.durations[operation, default: .init()].observe(seconds: duration / .seconds(1))
            counters.receivedBytes += UInt64(max(0, receivedBytes))
        }
    }

    func countRetry(_ operation: APIOperation) {
        state.withLock { $0.retries[operation, default: 0] += 1 }
    }
}
