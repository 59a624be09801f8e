// SPDX-License-Identifier: Apache-2.0
package import Base
package import Exposition
package import Fabric

/// The listing of the endpoints of a workspace.
package struct EndpointListing: PagedListing {
    package static let name = "endpoints"
    package static let title = Phrase("Endpoints", "端点")
    package static let record = "endpoint"
    package static let isOptional = false
    package static let operation = APIOperation("list_endpoints")
    package static let permission = Phrase(
        "the IAM action `DataArtsFabric:endpoint:list` on this workspace and its endpoints",
        "授权项 `DataArtsFabric:endpoint:list`（范围为该工作空间及其端点）")
    package static let familyGroups = [
        EndpointFamilies.familyGroup, CapacityFamilies.familyGroup, DetailFamilies.familyGroup,
    ]

    package typealias Memory = WorkspaceMemory

    package let workspace: Workspace
    package let request: ListRequest
    package var maximumDetails: Int { settings.maximumDetails }
    private let settings: ListingSettings

    package init(of workspace: Workspace, settings: ListingSettings) {
        self.workspace = workspace
        self.settings = settings
        let filter = settings.filter
        let path = [workspace.api.rawValue, "workspaces", workspace.key.workspaceID, "endpoints"]
        request =
            switch workspace.api {
            case .v1:
                ListRequest(
                    Self.operation, baseURL: workspace.baseURL, path: path,
                    parameters: [
                        "endpoint_id": filter.endpointID, "model_id": filter.modelID, "name": filter.name,
                        "type": filter.type, "visibility": filter.visibility,
                    ])
            case .v2:
                ListRequest(
                    Self.operation, baseURL: workspace.baseURL, path: path,
                    parameters: ["compute_id": filter.computeID, "name": filter.name],
                    lists: ["engine_types": filter.engineTypes ?? []])
            }
    }

    package func fold(memory: WorkspaceMemory?) -> EndpointTally {
        EndpointTally(settings: settings, memory: memory ?? WorkspaceMemory(api: workspace.api))
    }

    package func snapshot(
        of listed: ListedRows<EndpointTally>, now: Timestamp, instant: ContinuousClock.Instant
    ) -> (snapshot: ListingSnapshot, memory: WorkspaceMemory) {
        var tally = listed.fold
        tally.close(now: now, at: instant)
        var builder = FragmentBuilder(labels: workspace.labels)
        Self.write(&tally, to: &builder)
        let details = tally.details.details(now: now)
        Self.write(details, to: &builder)
        let records = tally.records(now: now)
        let snapshot = ListingSnapshot(
            of: Self.self, counts: ListingSnapshot.Counts(listed, cutValues: tally.cutValues),
            summary: ListingSummary(tally), details: details, records: records,
            creations: tally.creations(now: now), builder)
        return (snapshot, tally.memory.next(errors: tally.errors.keys))
    }

    package static func series(of detail: RecordDetail) -> Int {
        DetailFamilies.familyGroup.families.count - (detail.errorCode == nil ? 1 : 0)
    }

    /// The same listing with only the filter's `visibility`; with `visibility: ALL` if that is its only setting. In v2,
    /// which has no visibility, the same listing without a filter.
    package var widened: EndpointListing? {
        if settings.filter == EndpointFilter() { return nil }
        var wider = settings
        wider.filter = EndpointFilter(visibility: settings.filter.visibility)
        if workspace.api == .v1, wider == settings { wider.filter.visibility = "ALL" }
        return EndpointListing(of: workspace, settings: wider)
    }
}

extension Workspace {
    /// The labels of every series of the workspace.
    package var labels: [Label] {
        [Label("source", key.source), Label("workspace_id", key.workspaceID), Label("workspace", name)]
    }
}
