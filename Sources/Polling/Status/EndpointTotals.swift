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
}

extension StatusOverview {
    /// The totals of the selected workspaces; nil if none of them has data.
    public var totals: EndpointTotals? {
        let listed = workspaces.flatMap(\.exported)
        guard !listed.isEmpty else { return nil }
        let capacities = ListingSummary.units.compactMap { unit -> ListingSummary.Capacity? in
            let used = listed.flatMap(\.summary.capacities).filter { $0.unit == unit }
            func sum(_ amount: (ListingSummary.Capacity) -> Int64) -> Int64 {
                Int64(clamping: used.reduce(Int128(0)) { $0 + Int128(amount($1)) })
            }
            return used.isEmpty ? nil : .init(unit: unit, reserved: sum(\.reserved), maximum: sum(\.maximum))
        }
        return EndpointTotals(
            records: listed.reduce(0) { $0 + $1.counts.records },
            running: listed.flatMap(\.summary.statuses).reduce(0) { $0 + ($1.phase == .serving ? $1.records : 0) },
            capacities: capacities)
    }
}
