// SPDX-License-Identifier: Apache-2.0
public import Fabric

/// Selects the workspaces of a source to poll from the configured and the discovered ones. A pure function of its
/// inputs.
public struct TargetSelection: Sendable {
    /// A workspace to poll.
    public struct Target: Sendable, Hashable {
        /// The workspace.
        public var workspace: Workspace
        /// The filter of its endpoints.
        public var filter: EndpointFilter

        /// Creates a target.
        public init(workspace: Workspace, filter: EndpointFilter) {
            self.workspace = workspace
            self.filter = filter
        }
    }

    private let source: String
    private let regionID: String?
    private let baseURL: String
    private let api: APIVersion
    private let configured: [String: WorkspaceSettings]
    private let filter: EndpointFilter
    private let labels: [String: String]
    private let includes: @Sendable (String) -> Bool
    private let excludes: @Sendable (String) -> Bool

    /// Creates the selection for one source.
    /// - Parameters:
    ///   - configured: the configured workspaces, with unique ids.
    ///   - filter: the filter of the endpoints of workspaces that are only discovered.
    ///   - labels: the configured labels of workspaces that are only discovered.
    ///   - includes: returns whether to poll a discovered workspace of this name, or of this id if it has no name.
    ///   - excludes: returns whether to omit a workspace that `includes` accepts.
    public init(
        source: String, regionID: String?, baseURL: String, api: APIVersion = .v1, configured: [WorkspaceSettings],
        filter: EndpointFilter,
        labels: [String: String] = [:],
        includes: @escaping @Sendable (String) -> Bool = { _ in true },
        excludes: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.source = source
        self.regionID = regionID
        self.baseURL = baseURL
        self.api = api
        self.configured = Dictionary(configured.map { ($0.id, $0) }) { first, _ in first }
        self.filter = filter
        self.labels = labels
        self.includes = includes
        self.excludes = excludes
    }

    /// Returns the workspaces to poll, ordered by id.
    ///
    /// A configured workspace is always polled; `includes` and `excludes` don't apply to it. If it is discovered, too,
    /// it has the discovered enterprise project, and the discovered name unless a name is configured. Filter and labels are
    /// its own.
    /// - Parameter discovered: the last discovered workspaces; empty before the first successful discovery.
    public func targets(discovered: [DiscoveredWorkspace]) -> [Target] {
        let found = Dictionary(discovered.map { ($0.id, $0) }) { first, _ in first }
        var targets = configured.values.map { configured in
            let discovered = found[configured.id]
            return target(
                configured.id, name: configured.name ?? discovered?.name, project: discovered?.enterpriseProjectID,
                isDiscovered: false, filter: configured.filter, labels: configured.labels)
        }
        for workspace in found.values where configured[workspace.id] == nil {
            guard isSelected(workspace) else { continue }
            targets.append(
                target(
                    workspace.id, name: workspace.name, project: workspace.enterpriseProjectID, isDiscovered: true,
                    filter: filter, labels: labels))
        }
        return targets.sorted { $0.workspace.key < $1.workspace.key }
    }

    /// Returns the number of discovered workspaces that are polled: those that are configured or match the patterns.
    public func selectedCount(of discovered: [DiscoveredWorkspace]) -> Int {
        discovered.count { configured[$0.id] != nil || isSelected($0) }
    }

    private func isSelected(_ workspace: DiscoveredWorkspace) -> Bool {
        let name = workspace.name ?? workspace.id
        return includes(name) && !excludes(name)
    }

    private func target(
        _ id: String, name: String?, project: String?, isDiscovered: Bool, filter: EndpointFilter,
        labels: [String: String]
    ) -> Target {
        Target(
            workspace: Workspace(
                key: WorkspaceKey(source: source, workspaceID: id), name: name, regionID: regionID, baseURL: baseURL,
                api: api, enterpriseProjectID: project, isDiscovered: isDiscovered, infoLabels: labels),
            filter: filter)
    }
}
