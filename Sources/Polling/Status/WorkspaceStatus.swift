// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
internal import Listings

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
        var state: ListingStatus.State = listings.isEmpty ? .pending : .ok
        // By index, because an element would be copied.
        for index in listings.indices {
            switch listings[index].state {
            case .failing: return .failing
            case .pending: state = .pending
            case .ok: break
            }
        }
        return state
    }

    /// The failure of the first listing whose last poll failed.
    public var failure: ListingStatus.Failure? { listings.lazy.compactMap(\.failure).first }

    /// Whether a listing is stale.
    public var isStale: Bool { listings.contains(where: \.isStale) }

    /// The exported data of its endpoints; empty if there is none. Other listings have their own sections.
    public var exported: [ListingStatus.ExportedData] {
        listings.filter { $0.name == EndpointListing.name }.compactMap(\.exported)
    }

    /// Whether the workspace is down: the last poll of a listing failed.
    public var isDown: Bool { state == .failing }

    /// The end of the first failed poll since the last success; nil while up.
    public var downSince: Timestamp? { listings.compactMap(\.failingSince).min() }

    /// Whether polls succeeded before ``downSince``. Otherwise it may have been down for longer than this process runs.
    public var isDownSinceKnown: Bool {
        listings.contains { $0.failingSince == downSince && $0.lastSuccess != nil }
    }

    /// Whether there is no data about its endpoints.
    public var hasNoData: Bool { exported.isEmpty }
}
