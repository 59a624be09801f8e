// SPDX-License-Identifier: Apache-2.0

/// A complete list of workspaces.
public struct WorkspaceList: Sendable {
    /// The workspaces, ordered by ID.
    public var workspaces: [DiscoveredWorkspace]
    /// The number of records without a usable ID.
    public var skippedRecords: Int
    /// The number of fields with a wrong type.
    public var malformedFields: Int
}

/// Lists all workspaces that a source's credential may see, or fails.
public struct WorkspaceLister: Sendable {
    /// The maximum number of workspaces. Each costs requests every interval, so a longer list is taken for a mistake.
    static let maximumWorkspaces = 10_000

    private let client: SourceClient
    private let lister: RowLister

    /// Creates a lister that sends through `client`.
    /// - Parameters:
    ///   - baseURL: the API's address.
    ///   - api: the version of the API.
    ///   - name: selects workspaces by name, as the API matches it; nil: all.
    ///   - enterpriseProjectID: selects workspaces by enterprise project; always sent.
    public init(
        client: SourceClient, baseURL: String, api: APIVersion = .v1, name: String?, enterpriseProjectID: String
    ) {
        let limit = ListingPlan.Limit(
            rows: Self.maximumWorkspaces, plural: DiscoveredWorkspace.plural, name: "the maximum")
        self.client = client
        lister = RowLister(
            client: client,
            request: ListRequest(
                .listWorkspaces, baseURL: baseURL, path: [api.rawValue, "workspaces"],
                parameters: ["enterprise_project_id": enterpriseProjectID, "name": name]),
            limit: limit)
    }

    /// Returns the turn of a discovery that starts now.
    /// - Parameter retryWindow: how long after the discovery's start a retry may be sent; nil: the poll interval.
    public func turn(retryWindow: Duration? = nil) -> PollTurn { client.turn(of: "", retryWindow: retryWindow) }

    /// Lists the workspaces.
    /// - Parameter turn: the discovery's turn; nil: one that starts now.
    /// - Throws: ``APIFailure`` if a request fails or the list stays inconsistent.
    public func list(_ turn: PollTurn? = nil) async throws(APIFailure) -> WorkspaceList {
        let listed = try await lister.list(turn ?? self.turn()) { Rows() }
        return WorkspaceList(
            workspaces: listed.fold.sorted, skippedRecords: listed.skippedRecords,
            malformedFields: listed.malformedFields)
    }

    /// Requests only the first page.
    /// - Returns: the page's workspaces, ordered by ID, and the number of all workspaces.
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
