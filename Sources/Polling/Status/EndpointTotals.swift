// SPDX-License-Identifier: Apache-2.0
internal import Fabric
public import Listings

/// The numbers of the endpoints of a selection of workspaces, whatever their visibility.
public struct EndpointTotals: Sendable {
    /// All endpoints.
    public let records: Int
    /// Those that are running.
    public let running: Int
    /// The capacity by unit, in the order of ``ListingSummary/units``; without units that no endpoint uses.
    public let capacities: [ListingSummary.Capacity]
    /// The resources of endpoints of API v2, in the order of ``ListingSummary/resourceNames``; without resources that no
    /// endpoint has.
    public let resources: [ListingSummary.Resource]
}

extension StatusOverview {
    /// The totals of the selected workspaces; nil if none of them has data.
    public var totals: EndpointTotals? {
        let listed = workspaces.flatMap(\.exported)
        guard !listed.isEmpty else { return nil }
        let capacities = ListingSummary.units.compactMap { unit -> ListingSummary.Capacity? in
            let used = listed.flatMap(\.summary.capacities).filter { $0.unit == unit }
            return used.isEmpty
                ? nil
                : .init(
                    unit: unit, reserved: Self.sum(used.map(\.reserved)), maximum: Self.sum(used.map(\.maximum)))
        }
        let resources = ListingSummary.resourceNames.compactMap { name -> ListingSummary.Resource? in
            let used = listed.flatMap(\.summary.resources).filter { $0.name == name }
            return used.isEmpty
                ? nil
                : .init(name: name, minimum: Self.sum(used.map(\.minimum)), maximum: Self.sum(used.map(\.maximum)))
        }
        return EndpointTotals(
            records: listed.reduce(0) { $0 + $1.counts.records },
            running: listed.flatMap(\.summary.statuses).reduce(0) { $0 + ($1.phase == .serving ? $1.records : 0) },
            capacities: capacities, resources: resources)
    }

    private static func sum(_ amounts: [Int64]) -> Int64 {
        Int64(clamping: amounts.reduce(Int128(0)) { $0 + Int128($1) })
    }
}
