// SPDX-License-Identifier: Apache-2.0

/// A complete list of workspaces.
public struct WorkspaceList: Sendable {
    /// The workspaces, ordered by id.
    public var workspaces: [DiscoveredWorkspace]
    /// Records without a usable id.
    public var skippedRecords: Int
    /// Fields that had a wrong type.
    public var malformedFields: Int
}

/// Lists the workspaces that a source's credential may see: complete, or not at all.
public struct WorkspaceLister: Sendable {
    /// A longer list is refused: each workspace costs requests every interval, so that so many can't be meant.
    static let maximumWorkspaces = 10_000

    private let client: SourceClient
    private let lister: RowLister

    /// A lister through `client`.
    /// - Parameters:
    ///   - baseURL: the API's address.
    ///   - name: only workspaces whose name is like this, as the API judges it; nil is not sent.
    ///   - enterpriseProjectID: the enterprise project to look in; always sent.
    public init(client: SourceClient, baseURL: String, name: String?, enterpriseProjectID: String) {
        let limit = ListingPlan.Limit(
            rows: Self.maximumWorkspaces, plural: DiscoveredWorkspace.plural, name: "the most that are polled")
        self.client = client
        lister = RowLister(
            client: client,
            request: ListRequest(
                .listWorkspaces, baseURL: baseURL, path: ["v1", "workspaces"],
                parameters: ["enterprise_project_id": enterpriseProjectID, "name": name]),
            limit: limit)
    }

    /// The turn of a discovery that begins now.
    /// - Parameter retryWindow: no retry begins later than this after the discovery's beginning; nil: the interval of polls.
    public func turn(retryWindow: Duration? = nil) -> PollTurn { client.turn(of: "", retryWindow: retryWindow) }

    /// Lists.
    /// - Parameter turn: the discovery's turn of the rate limit; nil: one that begins now.
    public func list(_ turn: PollTurn? = nil) async throws(APIFailure) -> WorkspaceList {
        let listed = try await lister.list(turn ?? self.turn()) { Rows() }
        return WorkspaceList(
            workspaces: listed.fold.sorted, skippedRecords: listed.skippedRecords,
            malformedFields: listed.malformedFields)
    }

    /// Asks for the first page alone.
    /// - Returns: its workspaces ordered by id, and how many there are in all.
    public func firstPage() async throws(APIFailure) -> (workspaces: [DiscoveredWorkspace], total: Int64) {
        let page = try await lister.firstPage(turn()) { Rows() }
        return (page.listed.fold.sorted, page.count)
    }

    struct Rows: ListingFold {
        var workspaces: [DiscoveredWorkspace] = []

        var sorted: [DiscoveredWorkspace] { workspaces.sorted { $0.id < $1.id } }

        mutating func add(_ row: DiscoveredWorkspace) { workspaces.append(row) }
    }
}
