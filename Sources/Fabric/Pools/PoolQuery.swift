// SPDX-License-Identifier: Apache-2.0
public import Base

/// What is requested for each running compute pool, beside the list of pools.
public enum PoolQuery: String, Sendable, CaseIterable {
    /// What is left of its capacity.
    case allocatable
    /// How much of it is used.
    case utilization

    /// The API operation.
    public var operation: APIOperation {
        switch self {
        case .allocatable: APIOperation("show_endpoint_limit")
        case .utilization: APIOperation("show_pool_metrics")
        }
    }
}

/// How much of a resource of a pool is used.
public struct PoolUtilization: Sendable, Equatable {
    /// The used share, 0 to 1.
    public var ratio: Double
    /// When the service measured it.
    public var time: Timestamp
}

/// What is left of a resource of a pool: not promised to an endpoint.
public struct PoolAllocatable: Sendable, Equatable {
    /// The resource; never memory, which is not exported.
    public var resource: PoolResource
    /// The code of the specification; nil if absent.
    public var specCode: String?
    /// Thousandths of a core or of a card.
    public var thousandths: Int64
}

/// The answer to a query.
public struct PoolAnswer<Value: Sendable>: Sendable {
    /// What was read.
    public var value: Value
    /// The number of fields of a wrong type, out of range, or with an implausible time; they were ignored.
    public var malformedFields: Int
}
