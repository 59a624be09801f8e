// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// The order of workspaces on the overview. Those that are equal are in natural order of their names.
struct WorkspaceOrder {
    /// The workspaces with endpoints that need attention.
    let withProblems: Set<WorkspaceKey>

    func sorted(_ workspaces: [WorkspaceStatus], _ order: StatusQuery.Order) -> [WorkspaceStatus] {
        let keys = workspaces.map { (rank: rank($0, order), name: HumanFormat.naturalKey($0.workspace.name)) }
        return workspaces.indices.sorted { (keys[$0].rank, keys[$0].name, $0) < (keys[$1].rank, keys[$1].name, $1) }
            .map { workspaces[$0] }
    }

    private func rank(_ status: WorkspaceStatus, _ order: StatusQuery.Order) -> Rank {
        switch order {
        case .worst: .number(worst(status))
        case .name: .number(0)
        case .source: .text(HumanFormat.naturalKey(status.workspace.key.source))
        case .age: .number(-(status.exported.map { Int($0.age.components.seconds) }.max() ?? .max))
        case .endpoints: .number(-status.exported.reduce(0) { $0 + $1.counts.records })
        }
    }

    private func worst(_ status: WorkspaceStatus) -> Int {
        switch status.state {
        case .failing: 0
        case .pending: 2
        case .ok: withProblems.contains(status.workspace.key) ? 1 : 3
        }
    }

    private enum Rank: Comparable {
        case number(Int)
        case text(String)
    }
}
