// SPDX-License-Identifier: Apache-2.0

/// What identifies a workspace to this program: the source it is polled through and its id there.
public struct WorkspaceKey: Sendable, Hashable, Comparable {
    /// The name of the configured source.
    public var source: String
    /// The workspace's id.
    public var workspaceID: String

    /// The key of workspace `workspaceID` of `source`.
    public init(source: String, workspaceID: String) {
        self.source = source
        self.workspaceID = workspaceID
    }

    /// Orders by source, then id, byte by byte.
    public static func < (left: WorkspaceKey, right: WorkspaceKey) -> Bool {
        (left.source, left.workspaceID) < (right.source, right.workspaceID)
    }
}

/// A workspace and what is known of it beside its endpoints.
public struct Workspace: Sendable, Hashable {
    /// Source and id.
    public var key: WorkspaceKey
    /// The configured or discovered name; the id when there is none.
    public var name: String
    /// The region of its source, where one is configured.
    public var regionID: String?
    /// The address of the API it is polled at.
    public var baseURL: String
    /// The enterprise project, where discovery told it.
    public var enterpriseProjectID: String?
    /// Whether it is polled because discovery found it; false for a configured one, found or not.
    public var isDiscovered: Bool

    /// A workspace of these properties.
    public init(
        key: WorkspaceKey,
        name: String? = nil,
        regionID: String? = nil,
        baseURL: String,
        enterpriseProjectID: String? = nil,
        isDiscovered: Bool = false
    ) {
        self.key = key
        self.name = name ?? key.workspaceID
        self.regionID = regionID
        self.baseURL = baseURL
        self.enterpriseProjectID = enterpriseProjectID
        self.isDiscovered = isDiscovered
    }
}

/// Which endpoints of a workspace to list; handed to the API as they are.
public struct EndpointFilter: Sendable, Hashable {
    /// Only this type.
    public var type: String?
    /// `PRIVATE`, `PUBLIC` or `ALL`; nil: the caller's own.
    public var visibility: String?
    /// Only names that contain this.
    public var name: String?
    /// Only endpoints that serve this model.
    public var modelID: String?
    /// Only this endpoint.
    public var endpointID: String?

    /// A filter of these parts; without any it lets everything of the caller's own pass.
    public init(
        type: String? = nil,
        visibility: String? = nil,
        name: String? = nil,
        modelID: String? = nil,
        endpointID: String? = nil
    ) {
        self.type = type
        self.visibility = visibility
        self.name = name
        self.modelID = modelID
        self.endpointID = endpointID
    }
}
