// SPDX-License-Identifier: Apache-2.0

/// A configured workspace.
public struct WorkspaceSettings: Sendable, Hashable {
    /// The workspace's ID: 1 to 36 letters, digits and hyphens.
    public var id: String
    /// The exported name, not empty; nil: the discovered name, or else the ID.
    public var name: String?
    /// Selects the endpoints to list.
    public var filter: EndpointFilter

    /// The labels to add to `dataarts_fabric_workspace_info`; values not empty.
    public var labels: [String: String]

    /// Creates a workspace without validating the values.
    public init(
        id: String, name: String? = nil, filter: EndpointFilter = EndpointFilter(), labels: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.filter = filter
        self.labels = labels
    }
}
