// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Fabric
public import Listings

/// The overall state of a selection of a report's workspaces, with the sources, workspaces and endpoints to act on.
public struct StatusOverview: Sendable {
    /// The overall state.
    public enum State: String, Sendable {
        case attention
        /// No known problem, but some data is missing.
        case unknown
        case ok
    }

    /// A source with its health and all its workspaces.
    public struct Source: Sendable {
        /// The source.
        public let status: SourceStatus
        /// Its workspaces, whatever the selection.
        public let workspaces: [WorkspaceStatus]
        /// Its health.
        public let health: SourceHealth
    }

    /// The report.
    public let report: StatusReport
    /// The selected workspaces.
    public let workspaces: [WorkspaceStatus]
    /// The selected sources.
    public let sources: [Source]
    /// The selected sources that need attention, worst first.
    public let unhealthySources: [Source]
    /// The selected workspaces that are down, the most recent first.
    public let workspacesDown: [WorkspaceStatus]
    /// The number of selected workspaces without data.
    public let withoutData: Int
    /// The numbers of private endpoints of the selected workspaces.
    public let counts: RecordCounts
    /// The selected workspaces with endpoints that need attention.
    public let workspacesWithProblems: Set<WorkspaceKey>

    /// Creates an overview.
    /// - Parameter sourceNames: the selected sources; empty for all.
    public init(_ report: StatusReport, workspaces: [WorkspaceStatus], sourceNames: Set<String>) {
        self.report = report
        self.workspaces = workspaces
        let bySource = Dictionary(grouping: report.workspaces, by: \.workspace.key.source)
        let selected = report.sources.filter { sourceNames.isEmpty || sourceNames.contains($0.name) }.map { source in
            let own = bySource[source.name] ?? []
            return Source(status: source, workspaces: own, health: report.health(of: source, own))
        }
        unhealthySources = SourceHealth.allCases.filter(\.needsAttention).flatMap { health in
            selected.filter { $0.health == health }
        }
        sources = selected
        workspacesDown = workspaces.filter(\.isDown).sorted {
            ($1.downSince ?? report.time, $0.workspace.key) < ($0.downSince ?? report.time, $1.workspace.key)
        }
        withoutData = workspaces.count(where: \.hasNoData)
        var (counts, keys) = (RecordCounts(), Set<WorkspaceKey>())
        for workspace in workspaces {
            let own = workspace.counts(at: report.time)
            if !own.attention.isEmpty { keys.insert(workspace.workspace.key) }
            counts += own
        }
        self.counts = counts
        workspacesWithProblems = keys
    }

    /// The number of endpoints that need attention.
    public var endpointsNeedingAttention: Int { counts.attention.values.reduce(0, +) }

    /// The number of sources, workspaces and endpoints that need attention.
    public var needingAttention: Int { unhealthySources.count + workspacesDown.count + endpointsNeedingAttention }

    /// Whether this selection leaves out workspaces.
    public var isFiltered: Bool { workspaces.count < report.workspaces.count }

    /// The overall state. Without any workspace the state is unknown, whatever the reason.
    public var state: State {
        if needingAttention > 0 || report.reload.failure != nil { return .attention }
        return workspaces.isEmpty || withoutData > 0 ? .unknown : .ok
    }
}
