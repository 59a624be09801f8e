// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// The summary of a listing for the status page and the status JSON.
public struct ListingSummary: Sendable, Equatable {
    /// The number of records in a status.
    public struct StatusCount: Sendable, Equatable {
        /// The status, as the API returns it.
        public var status: String
        /// The phase of the status.
        public var phase: Phase
        /// The number of records in the status; at least 1.
        public var records: Int

        /// Creates the count of a status.
        public init(status: String, phase: Phase, records: Int) {
            self.status = status
            self.phase = phase
            self.records = records
        }
    }

    /// The capacity of one unit over all records.
    public struct Capacity: Sendable, Equatable {
        /// The unit: `APU`, `DCU` (SQL endpoints), `DPU` (all others) or `MU`.
        public var unit: String
        /// The sum of the reserved capacity, as exported by the aggregate families.
        public var reserved: Int64
        /// The sum of the maximum capacity.
        public var maximum: Int64

        /// Creates the capacity of a unit.
        public init(unit: String, reserved: Int64, maximum: Int64) {
            self.unit = unit
            self.reserved = reserved
            self.maximum = maximum
        }
    }

    /// The configured amounts of one resource of the endpoints of API v2: neither the capacity in use nor a cost, because
    /// a reserved endpoint takes its share of a compute pool.
    public struct Resource: Sendable, Equatable {
        /// The name, as in the label `resource`: `cpu`, `gpu` or `npu`.
        public var name: String
        /// The sum of the minimum in cores or cards.
        public var minimum: Int64
        /// The sum of the maximum in cores or cards.
        public var maximum: Int64

        /// Creates the sums of a resource.
        public init(name: String, minimum: Int64, maximum: Int64) {
            self.name = name
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    /// The documented resources, in the order of the status page. Others are only exported as metrics.
    public static let resourceNames = ["cpu", "gpu", "npu"]

    /// The failed queries of one kind, of a listing that queries single records beside its list.
    public struct FailedQuery: Sendable, Equatable {
        /// The kind of query.
        public var query: PoolQuery
        /// The number of failed queries; at least 1.
        public var count: Int
        /// The last failure.
        public var failure: APIFailure

        /// Creates failed queries of a kind.
        public init(query: PoolQuery, count: Int, failure: APIFailure) {
            self.query = query
            self.count = count
            self.failure = failure
        }
    }

    /// The units of capacity, in the order of the status page.
    public static let units = ["APU", "DCU", "DPU", "MU"]

    /// The statuses with at least one record, in alphabetical order.
    public var statuses: [StatusCount]
    /// The capacity of each unit in use.
    public var capacities: [Capacity]
    /// The sums of each documented resource in use; empty for API v1.
    public var resources: [Resource]
    /// The number of records with an error code.
    public var withError: Int
    /// The number of records that qualified for details but exceeded the limit.
    public var droppedDetails: Int
    /// The creation of the oldest record that waits to start; nil if none waits, or the listing does not read it.
    public var oldestWaiting: Timestamp?
    /// The last update of the newest failed record; nil if none failed, or the listing does not read it.
    public var newestFailure: Timestamp?

    /// The failed queries by kind; empty if none failed, or the listing has none.
    public var failedQueries: [FailedQuery] = []

    /// Creates a summary.
    public init(
        statuses: [StatusCount], capacities: [Capacity] = [], resources: [Resource] = [], withError: Int = 0,
        droppedDetails: Int = 0
    ) {
        self.statuses = statuses
        self.capacities = capacities
        self.resources = resources
        self.withError = withError
        self.droppedDetails = droppedDetails
    }
}
