// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// Lists the endpoints of a workspace: complete, or not at all.
public struct EndpointLister: Sendable {
    private let client: SourceClient
    private let url: ListEndpointsURL

    /// A lister of `workspace` through `client`.
    public init(client: SourceClient, workspace: Workspace, filter: EndpointFilter) {
        self.client = client
        url = ListEndpointsURL(
            baseURL: workspace.baseURL, workspaceID: workspace.key.workspaceID, filter: filter)
    }

    /// Lists, folding each page as it is decoded.
    /// - Parameters:
    ///   - isSuspect: whether the workspace is likely to keep exchanges waiting, as after a timeout.
    ///   - retryUntil: no retry of an exchange begins after this.
    ///   - makeFold: makes an empty fold; called once for each attempt.
    public func list<Fold: EndpointFold>(
        isSuspect: Bool = false, retryUntil: ContinuousClock.Instant, makeFold: @Sendable () -> Fold
    ) async -> ListingOutcome<Fold> {
        await rowLister.list(isSuspect: isSuspect, retryUntil: retryUntil, makeFold: makeFold)
    }

    /// Made anew each time, because the client's settings may have changed.
    var rowLister: RowLister {
        let settings = client.settings
        return RowLister(
            client: client, operation: .listEndpoints, url: url,
            plan: ListingPlan(pageSize: settings.pageSize, maxEndpoints: settings.maxEndpoints))
    }
}
