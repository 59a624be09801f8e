// SPDX-License-Identifier: Apache-2.0
public import Base

/// A request for each running compute pool, in addition to the list of pools.
public enum PoolQuery: String, Sendable, CaseIterable {
    /// The capacity that is not promised to an endpoint.
    case allocatable
    /// The used share of its resources.
    case utilization

    /// The API operation.
    public var operation: APIOperation {
        switch self {
        case .allocatable: APIOperation("show_endpoint_limit")
        case .utilization: APIOperation("show_pool_metrics")
        }
    }
}

/// The use of a resource of a pool.
public struct PoolUtilization: Sendable, Equatable {
    /// The used share, 0 to 1.
    public var ratio: Double
    /// When the service measured it.
    public var time: Timestamp
}

/// The capacity of a resource of a pool that is not promised to an endpoint.
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
    /// The values that were read.
    public var value: Value
    /// The number of fields of a wrong type, out of range, or with an implausible time; they were ignored.
    public var malformedFields: Int
}
