// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// Lists the endpoints of a workspace: complete, or not at all.
public struct EndpointLister: Sendable {
    private let client: SourceClient
    private let url: ListEndpointsURL
    private let workspaceID: String

    /// A lister of `workspace` through `client`.
    public init(client: SourceClient, workspace: Workspace, filter: EndpointFilter) {
        self.client = client
        workspaceID = workspace.key.workspaceID
        url = ListEndpointsURL(
            baseURL: workspace.baseURL, workspaceID: workspace.key.workspaceID, filter: filter)
    }

    /// The turn of a poll that begins now.
    /// - Parameter isSuspect: whether the workspace is likely to keep requests waiting, as after a timeout.
    public func turn(isSuspect: Bool = false) -> PollTurn { client.turn(of: workspaceID, isSuspect: isSuspect) }

    /// Lists, folding each page as it is decoded.
    /// - Parameters:
    ///   - turn: the poll's turn of the rate limit; nil: one that begins now.
    ///   - makeFold: makes an empty fold; called once for each attempt.
    public func list<Fold: EndpointFold>(
        _ turn: PollTurn? = nil, makeFold: @Sendable () -> Fold
    ) async -> ListingOutcome<Fold> {
        await rowLister.list(turn ?? self.turn(), makeFold: makeFold)
    }

    /// Made anew each time, because the client's settings may have changed.
    var rowLister: RowLister {
        let settings = client.settings
        return RowLister(
            client: client, operation: .listEndpoints, url: url,
            plan: ListingPlan(pageSize: settings.pageSize, maxEndpoints: settings.maxEndpoints))
    }
}
