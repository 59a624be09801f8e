// SPDX-License-Identifier: Apache-2.0

/// A configured workspace.
public struct WorkspaceSettings: Sendable, Hashable {
    /// The workspace's id: 1 to 36 letters, digits and hyphens.
    public var id: String
    /// The name to expose, not empty; nil for the discovered name, else the id.
    public var name: String?
    /// Which of the workspace's endpoints are listed.
    public var filter: EndpointFilter

    /// A workspace of these parts; nothing is checked here.
    public init(id: String, name: String? = nil, filter: EndpointFilter = EndpointFilter()) {
        self.id = id
        self.name = name
        self.filter = filter
    }
}
