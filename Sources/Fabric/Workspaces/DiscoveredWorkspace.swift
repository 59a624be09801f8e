// SPDX-License-Identifier: Apache-2.0

/// A workspace from the API's list. Absent, null, empty and malformed fields are nil.
public struct DiscoveredWorkspace: Sendable, Hashable {
    /// The maximum length of a name or an enterprise project ID in bytes, which is that of a label value.
    public static let maximumBytes = 256

    /// The workspace's ID: 1 to 36 letters, digits and hyphens, because it becomes part of a path.
    public let id: String
    /// The name, which isn't unique; nil if absent.
    public let name: String?
    /// The ID of the workspace's enterprise project.
    public let enterpriseProjectID: String?

    /// Creates a workspace without validating the values.
    public init(id: String, name: String? = nil, enterpriseProjectID: String? = nil) {
        self.id = id
        self.name = name
        self.enterpriseProjectID = enterpriseProjectID
    }
}
