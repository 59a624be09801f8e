// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Endpoints, one by one.
public enum DetailFamilies {
    private static let labels = WorkspaceLabels.names + ["endpoint_id", "endpoint_name", "endpoint_type"]

    static let statusSince = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_status_since_timestamp_seconds", labels: labels + ["status", "visibility"],
        help: "When the endpoint entered its status, in Unix seconds: the latest moment at which that can have been.")
    static let error = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_error", labels: labels + ["status", "error_code"],
        help: "1 while the endpoint has that error_code.")
    static let dropped = MetricFamily(
        .gauge, "dataarts_fabric_workspace_dropped_details", labels: WorkspaceLabels.names,
        help: "Endpoints that qualified for details but exceeded metrics.max_endpoint_details; the aggregates stay "
            + "exact.")

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter("Endpoints, one by one", [statusSince, error, dropped])
}
