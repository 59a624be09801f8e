// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// A listing of workspaces that ended, well or badly.
public struct WorkspaceListOutcome: Sendable {
    /// The workspaces ordered by id, or why there are none.
    public var result: Result<[DiscoveredWorkspace], APIFailure>
    /// How often the listing was begun again because pages shifted.
    public var relists: Int
    /// Records without a usable id, of a complete listing.
    public var skippedRecords: Int
    /// Fields that had a wrong type, of a complete listing.
    public var malformedFields: Int
}

/// Lists the workspaces that a source's credential may see: complete, or not at all.
public struct WorkspaceLister: Sendable {
    /// A longer list is refused: each workspace costs requests every interval, so that so many can't be meant.
    static let maximumWorkspaces = 10_000

    let lister: RowLister

    /// A lister through `client`.
    /// - Parameters:
    ///   - baseURL: the API's address.
    ///   - name: only workspaces whose name is like this, as the API judges it; nil is not sent.
    ///   - enterpriseProjectID: the enterprise project to look in; always sent.
    public init(client: SourceClient, baseURL: String, name: String?, enterpriseProjectID: String) {
        let limit = ListingPlan.Limit(
            rows: Self.maximumWorkspaces, plural: DiscoveredWorkspace.plural, name: "the most that are polled")
        lister = RowLister(
            client: client, operation: .listWorkspaces,
            url: ListWorkspacesURL(baseURL: baseURL, name: name, enterpriseProjectID: enterpriseProjectID),
            plan: ListingPlan(pageSize: client.settings.pageSize, limit: limit))
    }

    /// The turn of a discovery that begins now.
    /// - Parameter retryWindow: no retry begins later than this after the discovery's beginning; nil: the interval of polls.
    public func turn(retryWindow: Duration? = nil) -> PollTurn { lister.client.turn(of: "", retryWindow: retryWindow) }

    /// Lists.
    /// - Parameter turn: the discovery's turn of the rate limit; nil: one that begins now.
    public func list(_ turn: PollTurn? = nil) async -> WorkspaceListOutcome {
        let outcome = await lister.list(turn ?? self.turn()) { Rows() }
        switch outcome.result {
        case .success(let listing):
            return WorkspaceListOutcome(
                result: .success(listing.fold.workspaces.sorted { $0.id < $1.id }), relists: outcome.relists,
                skippedRecords: listing.skippedRecords, malformedFields: listing.malformedFields)
        case .failure(let failure):
            return WorkspaceListOutcome(
                result: .failure(failure), relists: outcome.relists, skippedRecords: 0, malformedFields: 0)
        }
    }

    struct Rows: ListingFold {
        var workspaces: [DiscoveredWorkspace] = []

        mutating func add(_ row: DiscoveredWorkspace) { workspaces.append(row) }
    }
}
