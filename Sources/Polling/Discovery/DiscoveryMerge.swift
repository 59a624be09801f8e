// SPDX-License-Identifier: Apache-2.0
public import Fabric

/// Which workspaces of a source to poll: those that are configured, and those that discovery found. A value; the same
/// in, the same out.
public struct DiscoveryMerge: Sendable {
    /// A workspace to poll.
    public struct Target: Sendable, Hashable {
        /// The workspace.
        public var workspace: Workspace
        /// Which of its endpoints to list.
        public var filter: EndpointFilter

        /// A workspace to poll, of these parts.
        public init(workspace: Workspace, filter: EndpointFilter) {
            self.workspace = workspace
            self.filter = filter
        }
    }

    private let source: String
    private let regionID: String?
    private let baseURL: String
    private let configured: [String: WorkspaceSettings]
    private let filter: EndpointFilter
    private let includes: @Sendable (String) -> Bool
    private let excludes: @Sendable (String) -> Bool

    /// The rules of one source.
    /// - Parameters:
    ///   - configured: the configured workspaces, ids unique.
    ///   - filter: which endpoints of a workspace are listed that only discovery knows.
    ///   - includes: whether a found workspace of this name is polled. One without a name is judged by its id.
    ///   - excludes: whether one that `includes` lets pass is not polled all the same.
    public init(
        source: String, regionID: String?, baseURL: String, configured: [WorkspaceSettings], filter: EndpointFilter,
        includes: @escaping @Sendable (String) -> Bool = { _ in true },
        excludes: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.source = source
        self.regionID = regionID
        self.baseURL = baseURL
        self.configured = Dictionary(configured.map { ($0.id, $0) }) { first, _ in first }
        self.filter = filter
        self.includes = includes
        self.excludes = excludes
    }

    /// The workspaces to poll, ordered by id.
    ///
    /// A configured workspace is polled whatever discovery says; found or not, `includes` and `excludes` don't concern
    /// it. Where it is found, discovery tells its enterprise project, and its name if none is configured.
    /// - Parameter discovered: what discovery found last; nothing before the first has ended.
    public func targets(discovered: [DiscoveredWorkspace]) -> [Target] {
        let found = Dictionary(discovered.map { ($0.id, $0) }) { first, _ in first }
        var targets = configured.values.map { configured in
            let twin = found[configured.id]
            return target(
                configured.id, name: configured.name ?? twin?.name, project: twin?.enterpriseProjectID,
                isDiscovered: false, filter: configured.filter)
        }
        for workspace in found.values where configured[workspace.id] == nil {
            guard isSelected(workspace) else { continue }
            targets.append(
                target(
                    workspace.id, name: workspace.name, project: workspace.enterpriseProjectID, isDiscovered: true,
                    filter: filter))
        }
        return targets.sorted { $0.workspace.key < $1.workspace.key }
    }

    /// Returns how many of the workspaces that discovery found are polled: the configured ones, and those that the
    /// patterns let through.
    public func selectedCount(of discovered: [DiscoveredWorkspace]) -> Int {
        discovered.count { configured[$0.id] != nil || isSelected($0) }
    }

    private func isSelected(_ workspace: DiscoveredWorkspace) -> Bool {
        let name = workspace.name ?? workspace.id
        return includes(name) && !excludes(name)
    }

    private func target(
        _ id: String, name: String?, project: String?, isDiscovered: Bool, filter: EndpointFilter
    ) -> Target {
        Target(
            workspace: Workspace(
                key: WorkspaceKey(source: source, workspaceID: id), name: name, regionID: regionID, baseURL: baseURL,
                enterpriseProjectID: project, isDiscovered: isDiscovered),
            filter: filter)
    }
}
