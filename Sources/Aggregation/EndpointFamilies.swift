// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Labels that every per-workspace series carries.
public enum WorkspaceLabels {
    /// Their names, in the order they are written.
    public static let names = ["source", "workspace_id", "workspace"]
}

/// Endpoints, counted.
public enum EndpointFamilies {
    static let endpoints = MetricFamily(
        .gauge, "dataarts_fabric_endpoints",
        labels: WorkspaceLabels.names + ["endpoint_type", "status", "visibility"],
        help: "Endpoints in the last complete listing, by type, status and visibility.")
    static let withError = MetricFamily(
        .gauge, "dataarts_fabric_endpoints_with_error",
        labels: WorkspaceLabels.names + ["endpoint_type", "status", "error_code"],
        help: "Endpoints whose error_code is present and not empty.")
    static let oldestTransition = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_oldest_transition_timestamp_seconds",
        labels: WorkspaceLabels.names + ["endpoint_type", "status"],
        help: "When the endpoint that has been CREATING, UPDATING or DELETING for longest entered that status, in Unix "
            + "seconds.")
    static let listed = MetricFamily(
        .gauge, "dataarts_fabric_workspace_listed_endpoints", labels: WorkspaceLabels.names,
        help: "Distinct endpoints in the last complete listing.")
    static let skippedRecords = MetricFamily(
        .gauge, "dataarts_fabric_workspace_skipped_records", labels: WorkspaceLabels.names,
        help: "Records of the last complete listing that had no usable id.")
    static let malformedFields = MetricFamily(
        .gauge, "dataarts_fabric_workspace_malformed_fields", labels: WorkspaceLabels.names,
        help: "Fields of the last complete listing that had a wrong JSON type or an unreadable time and were taken as "
            + "absent.")

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter(
        "Endpoints, counted",
        [endpoints, withError, oldestTransition, listed, skippedRecords, malformedFields])
}
