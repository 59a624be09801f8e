// SPDX-License-Identifier: Apache-2.0
public import Fabric

/// A listing in a few numbers, for people.
public struct ListingSummary: Sendable, Equatable {
    /// How many records have a status.
    public struct StatusCount: Sendable, Equatable {
        /// The status, as the service spells it.
        public var status: String
        /// What it means.
        public var phase: Phase
        /// Records in it, whatever else is told of them; at least one.
        public var records: Int

        /// A number of records in a status.
        public init(status: String, phase: Phase, records: Int) {
            self.status = status
            self.phase = phase
            self.records = records
        }
    }

    /// Capacity of one unit over all records.
    public struct Capacity: Sendable, Equatable {
        /// `APU`, `DPU`, `MU`.
        public var unit: String
        /// Reserved units: the sum that the aggregate families export.
        public var reserved: Int64
        /// Units the records may grow to.
        public var maximum: Int64
    }

    /// Statuses that records are in, in alphabetical order.
    public var statuses: [StatusCount]
    /// Units that records reserve or may grow to.
    public var capacities: [Capacity]
    /// Records with an error code.
    public var withError: Int
    /// Records that qualified for details and are not among them.
    public var droppedDetails: Int

    /// A summary of these parts.
    public init(
        statuses: [StatusCount], capacities: [Capacity] = [], withError: Int = 0, droppedDetails: Int = 0
    ) {
        self.statuses = statuses
        self.capacities = capacities
        self.withError = withError
        self.droppedDetails = droppedDetails
    }
}
