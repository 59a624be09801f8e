// SPDX-License-Identifier: Apache-2.0
public import Fabric
public import Listings

/// The status of a workspace.
public struct WorkspaceStatus: Sendable {
    /// The workspace.
    public var workspace: Workspace
    /// The status of its listings, in the order of the registry.
    public var listings: [ListingStatus]

    /// Creates a status.
    public init(workspace: Workspace, listings: [ListingStatus]) {
        self.workspace = workspace
        self.listings = listings
    }

    /// The state of its polls: failing if a listing fails, else pending if a listing has not been polled.
    public var state: ListingStatus.State {
        let states = Set(listings.map(\.state))
        return ListingStatus.State.allCases.first { states.contains($0) } ?? .pending
    }

    /// The failure of the first listing whose last poll failed.
    public var failure: ListingStatus.Failure? { listings.lazy.compactMap(\.failure).first }

    /// Whether a listing is stale.
    public var isStale: Bool { listings.contains(where: \.isStale) }

    /// The exported data of its listings.
    public var exported: [ListingStatus.ExportedData] { listings.compactMap(\.exported) }

    /// Whether any record needs attention.
    public var needsAttention: Bool { exported.contains { $0.details.contains { $0.needsAttention } } }

    /// The records of all listings that need attention.
    public var recordsNeedingAttention: [RecordDetail] { listings.flatMap(\.recordsNeedingAttention) }
}
