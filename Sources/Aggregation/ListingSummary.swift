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

    init(_ cells: ListingCells) {
        var statuses = [Int](repeating: 0, count: cells.words.count)
        for cell in cells.counts { statuses[Int(cell.key.status)] += cell.value }
        // Numbers of words are in their order.
        self.statuses = statuses.enumerated().compactMap { number, endpoints in
            endpoints > 0 ? StatusCount(status: cells.words[number].text, endpoints: endpoints) : nil
        }
        let units: [(unit: CapacityUnit, name: String)] = [(.apu, "APU"), (.dpu, "DPU"), (.mu, "MU")]
        capacities = units.compactMap { unit, name in
            var sum = CapacitySum()
            for cell in cells.capacities where cell.key.unit == unit {
                sum.reserved += cell.value.reserved
                sum.maximum += cell.value.maximum
            }
            if sum == CapacitySum() { return nil }
            return Capacity(unit: name, reserved: Int64(clamping: sum.reserved), maximum: Int64(clamping: sum.maximum))
        }
        withError = cells.errors.reduce(0) { $0 + $1.value }
        droppedDetails = cells.droppedDetails
    }
}
