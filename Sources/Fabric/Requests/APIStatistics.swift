// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient
import Synchronization

/// An operation that this program calls.
public struct APIOperation: Sendable, Hashable {
    /// Its name, as the label `operation` has it: `list_workspaces`.
    public let name: String

    /// The operation called `name`.
    public init(_ name: String) { self.name = name }

    /// Lists workspaces.
    public static let listWorkspaces = APIOperation("list_workspaces")
    /// Obtains a token, or temporary keys, from IAM or STS.
    static let createToken = APIOperation("create_token")
    /// Asks IAM for the id of a project.
    static let listProjects = APIOperation("list_projects")
    /// Asks the metadata service.
    static let metadata = APIOperation("metadata")
    /// Those that obtain credentials; they are never tried again within a poll.
    public static let ofCredentials = [createToken, listProjects, metadata]
}

/// What a source has exchanged with the API since the program started.
public struct APICounters: Sendable, Equatable {
    /// An exchange by operation and outcome.
    public struct RequestKey: Sendable, Hashable {
        /// What was called.
        public var operation: APIOperation
        /// The HTTP status; nil where no response came.
        public var status: Int?
    }

    /// Durations of one operation, counted in buckets.
    public struct Durations: Sendable, Equatable {
        /// Upper bounds in seconds, ascending. None is a whole number, so that every exposition format writes the same
        /// text for it.
        public static let bounds = [0.025, 0.05, 0.1, 0.25, 0.5, 1.5, 2.5, 5.5, 10.5, 30.5]
        /// Observations per bucket, not cumulative; one more than there are bounds.
        public var counts = [UInt64](repeating: 0, count: Durations.bounds.count + 1)
        /// The sum of all observations in seconds.
        public var sum = 0.0

        /// No observation.
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

    /// HTTP exchanges.
    public var requests: [RequestKey: UInt64] = [:]
    /// Further tries of an exchange.
    public var retries: [APIOperation: UInt64] = [:]
    /// Durations of exchanges.
    public var durations: [APIOperation: Durations] = [:]
    /// Bytes on the wire.
    public var receivedBytes: UInt64 = 0
}

/// Counts what a source exchanges, also to obtain its credentials.
public final class APIStatistics: Sendable {
    private let state = Mutex(APICounters())

    /// Nothing counted yet.
    public init() {}

    var counters: APICounters { state.withLock { $0 } }

    /// Sends a request and counts it. The response does not show the request's signature.
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
