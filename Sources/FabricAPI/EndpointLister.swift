// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// Lists the endpoints of a workspace: complete, or not at all.
public struct EndpointLister: Sendable {
    private let lister: RowLister

    /// A lister of `workspace` through `client`.
    public init(client: SourceClient, workspace: Workspace, filter: EndpointFilter) {
        let url = ListEndpointsURL(
            baseURL: workspace.baseURL, workspaceID: workspace.key.workspaceID, filter: filter)
        let settings = client.settings
        lister = RowLister(
            client: client, operation: .listEndpoints, url: url,
            plan: ListingPlan(pageSize: settings.pageSize, maxEndpoints: settings.maxEndpoints))
    }

    /// Lists, folding each page as it is decoded.
    /// - Parameters:
    ///   - retryUntil: no try of an exchange begins after this.
    ///   - makeFold: makes an empty fold; called once for each attempt.
    public func list<Fold: EndpointFold>(
        retryUntil: ContinuousClock.Instant, makeFold: @Sendable () -> Fold
    ) async -> ListingOutcome<Fold> {
        await lister.list(retryUntil: retryUntil, makeFold: makeFold)
    }
}
