// SPDX-License-Identifier: Apache-2.0
public import FabricAuth
import Synchronization

/// The operations this program ever calls, as the `operation` label names them.
public enum APIOperation: String, Sendable, CaseIterable {
    case listEndpoints = "list_endpoints"
    case listWorkspaces = "list_workspaces"
    case createToken = "create_token"
    case listProjects = "list_projects"
    case metadata

    /// Whether it lists what is exposed; the others obtain credentials, and are never tried again within a poll.
    public var isList: Bool { self == .listEndpoints || self == .listWorkspaces }
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

    /// Counts an exchange that was made for a credential.
    public func count(_ exchange: CredentialExchange) {
        let operation: APIOperation =
            switch exchange.operation {
            case .createToken: .createToken
            case .listProjects: .listProjects
            case .metadata: .metadata
            }
        countExchange(
            operation, status: exchange.status, duration: exchange.duration, receivedBytes: exchange.receivedBytes)
    }

    var counters: APICounters { state.withLock { $0 } }

    func countExchange(_ operation: APIOperation, status: Int?, duration: Duration, receivedBytes: Int) {
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
