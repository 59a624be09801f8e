// SPDX-License-Identifier: Apache-2.0
public import Fabric
public import Listings

/// A workspace with its lists.
public struct WorkspaceStatus: Sendable {
    /// What is known of it beside its lists.
    public var workspace: Workspace
    /// Its lists, in the order of the registry.
    public var listings: [ListingStatus]

    /// A workspace of these parts.
    public init(workspace: Workspace, listings: [ListingStatus]) {
        self.workspace = workspace
        self.listings = listings
    }

    /// How its polls go: failing if those of any list fail, pending if any has not been polled.
    public var state: ListingStatus.State {
        let states = Set(listings.map(\.state))
        return ListingStatus.State.allCases.first { states.contains($0) } ?? .pending
    }

    /// Why the last poll of a list failed, of the first of those that did.
    public var failure: ListingStatus.Failure? { listings.lazy.compactMap(\.failure).first }

    /// Whether a list was withdrawn because it grew too old.
    public var isWithdrawn: Bool { listings.contains(where: \.isWithdrawn) }

    /// What is served of its lists.
    public var served: [ListingStatus.Served] { listings.compactMap(\.served) }

    /// Whether ``problems`` has any.
    public var hasProblems: Bool { served.contains { $0.details.contains { $0.needsAttention } } }

    /// The records of all lists that need attention.
    public var problems: [RecordDetail] { listings.flatMap(\.problems) }
}
