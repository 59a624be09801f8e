// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Endpoints, one by one.
public enum DetailFamilies {
    private static let labels = WorkspaceLabels.names + ["endpoint_id", "endpoint_name", "endpoint_type"]

    static let statusSince = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_status_since_timestamp_seconds", labels: labels + ["status", "visibility"],
        help: "When the endpoint entered its status, in Unix seconds: the latest moment at which that can have been.")
    static let error = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_error", labels: labels + ["status", "visibility", "error_code"],
        help: "1 while the endpoint has that error_code.")
    static let info = MetricFamily(
        .info, "dataarts_fabric_endpoint_info", labels: labels + ["owner", "owner_id", "cap_id", "cap_version_id"],
        help: "The owner of the endpoint (metrics.owner) and its image package; always 1.")

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter("Endpoints, one by one", [statusSince, error, info])
}
