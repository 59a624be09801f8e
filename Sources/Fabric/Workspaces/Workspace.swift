// SPDX-License-Identifier: Apache-2.0

/// The identity of a workspace in this program: its source and its ID.
public struct WorkspaceKey: Sendable, Hashable, Comparable {
    /// The source's name.
    public var source: String
    /// The workspace's ID.
    public var workspaceID: String

    /// Creates the key of a workspace.
    public init(source: String, workspaceID: String) {
        self.source = source
        self.workspaceID = workspaceID
    }

    /// Orders by source, then ID, byte by byte.
    public static func < (left: WorkspaceKey, right: WorkspaceKey) -> Bool {
        (left.source, left.workspaceID) < (right.source, right.workspaceID)
    }
}

/// A workspace and its properties, without its endpoints.
public struct Workspace: Sendable, Hashable {
    /// The source and the ID.
    public var key: WorkspaceKey
    /// The configured or discovered name, or else the ID.
    public var name: String
    /// The source's region; nil if not configured.
    public var regionID: String?
    /// The API's address.
    public var baseURL: String
    /// The version of the API.
    public var api: APIVersion
    /// The ID of the enterprise project; nil unless discovery found it.
    public var enterpriseProjectID: String?
    /// Whether the workspace is polled because of discovery; false for a configured one, even if discovery found it,
    /// too.
    public var isDiscovered: Bool
    /// The labels to add to `dataarts_fabric_workspace_info`; values not empty.
    public var infoLabels: [String: String]

    /// Creates a workspace. Without a name, its ID is its name.
    public init(
        key: WorkspaceKey,
        name: String? = nil,
        regionID: String? = nil,
        baseURL: String,
        api: APIVersion = .v1,
        enterpriseProjectID: String? = nil,
        isDiscovered: Bool = false,
        infoLabels: [String: String] = [:]
    ) {
        self.key = key
        self.name = name ?? key.workspaceID
        self.regionID = regionID
        self.baseURL = baseURL
        self.api = api
        self.enterpriseProjectID = enterpriseProjectID
        self.isDiscovered = isDiscovered
        self.infoLabels = infoLabels
    }
}

/// Selects the endpoints of a workspace to list. The values are passed to the API unchanged; each version of the API
/// has filters of its own.
public struct EndpointFilter: Sendable, Hashable {
    /// Only endpoints of this type; v1 only.
    public var type: String?
    /// `PRIVATE`, `PUBLIC` or `ALL`; nil: only the caller's endpoints; v1 only.
    public var visibility: String?
    /// Only endpoints whose name contains this text, in v2: that have this name.
    public var name: String?
    /// Only endpoints that serve this model; v1 only.
    public var modelID: String?
    /// Only the endpoint with this ID; v1 only.
    public var endpointID: String?
    /// Only endpoints of these engine types; nil: all; v2 only.
    public var engineTypes: [String]?
    /// Only endpoints of the compute pool with this ID; v2 only.
    public var computeID: String?

    /// Creates a filter. Without values it selects all of the caller's endpoints.
    public init(
        type: String? = nil,
        visibility: String? = nil,
        name: String? = nil,
        modelID: String? = nil,
        endpointID: String? = nil,
        engineTypes: [String]? = nil,
        computeID: String? = nil
    ) {
        self.type = type
        self.visibility = visibility
        self.name = name
        self.modelID = modelID
        self.endpointID = endpointID
        self.engineTypes = engineTypes
        self.computeID = computeID
    }
}
