// SPDX-License-Identifier: Apache-2.0

/// A workspace as the API lists it; what was absent, null, empty or of a wrong type is nil.
public struct DiscoveredWorkspace: Sendable, Hashable {
    /// The most bytes of a name and of an enterprise project's id: as many as a label may have.
    public static let maximumBytes = 256

    /// The workspace's id: 1 to 36 letters, digits and hyphens, since others could not be asked for.
    public let id: String
    /// The name, nil where there is none; not unique.
    public let name: String?
    /// The enterprise project it belongs to.
    public let enterpriseProjectID: String?

    /// A workspace of these properties; nothing is checked here.
    public init(id: String, name: String? = nil, enterpriseProjectID: String? = nil) {
        self.id = id
        self.name = name
        self.enterpriseProjectID = enterpriseProjectID
    }
}
