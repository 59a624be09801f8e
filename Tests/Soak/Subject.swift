// SPDX-License-Identifier: Apache-2.0

/// The listing of a workspace that a series belongs to, by a name; that of endpoints is the ID of the workspace.
enum Subject {
    /// Returns the name of a listing of a workspace.
    static func name(_ workspaceID: String, _ listing: String) -> String {
        listing == "endpoints" ? workspaceID : "\(workspaceID) \(listing)"
    }

    /// Returns the subject of a sample by its label `listing`, or else by its family; nil if it is of no workspace.
    static func of(_ sample: PageSample) -> String? {
        sample.label("workspace_id").map { name($0, sample.label("listing") ?? listing(ofFamily: sample.name)) }
    }

    private static func listing(ofFamily name: String) -> String {
        if name.hasPrefix("dataarts_fabric_service_instance") { return "service_instances" }
        if name.hasPrefix("dataarts_fabric_pool") { return "pools" }
        return name.hasPrefix("dataarts_fabric_job_run") ? "job_runs" : "endpoints"
    }
}
