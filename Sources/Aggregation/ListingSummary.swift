// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// A listing in a few numbers, for people.
public struct ListingSummary: Sendable, Equatable {
    /// How many endpoints have a status.
    public struct StatusCount: Sendable, Equatable {
        /// The status, as the service spells it.
        public var status: String
        /// Endpoints in it, of whatever type and visibility; at least one.
        public var endpoints: Int
    }

    /// Capacity of one unit over all endpoints.
    public struct Capacity: Sendable, Equatable {
        /// `APU`, `DPU`, `MU`.
        public var unit: String
        /// Units kept warm, as the aggregate families add them up.
        public var reserved: Int64
        /// Units the endpoints may grow to.
        public var maximum: Int64
    }

    /// Statuses that endpoints are in, in alphabetical order.
    public var statuses: [StatusCount]
    /// Units that endpoints reserve or may grow to.
    public var capacities: [Capacity]
    /// Endpoints with an error code.
    public var withError: Int
    /// Endpoints that qualified for details and are not among them.
    public var droppedDetails: Int

    init(_ tally: EndpointTally) {
        var statuses: [String: Int] = [:]
        for cell in tally.counts.cells where cell.value > 0 { statuses[cell.key.status.text, default: 0] += cell.value }
        self.statuses = statuses.sorted { $0.key < $1.key }.map { StatusCount(status: $0.key, endpoints: $0.value) }
        let units: [(unit: CapacityKey.Unit, name: String)] = [(.apu, "APU"), (.dpu, "DPU"), (.mu, "MU")]
        capacities = units.compactMap { unit, name in
            let sums = tally.capacities.cells.filter { $0.key.unit == unit }.map(\.value)
            let reserved = sums.reduce(Int128(0)) { $0 + $1.reserved }
            let maximum = sums.reduce(Int128(0)) { $0 + $1.maximum }
            if reserved == 0, maximum == 0 { return nil }
            return Capacity(unit: name, reserved: Int64(clamping: reserved), maximum: Int64(clamping: maximum))
        }
        withError = tally.errors.cells.reduce(0) { $0 + $1.value }
        droppedDetails = tally.details.dropped
    }
}
