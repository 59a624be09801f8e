// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Metric families of endpoint details.
public enum DetailFamilies {
    private static let labels = WorkspaceLabels.names + ["endpoint_id", "endpoint_name", "endpoint_type"]

    static let statusSince = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_status_since_timestamp_seconds", labels: labels + ["status", "visibility"],
        help: "Unix time at which the endpoint entered its status (upper bound).")
    static let error = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_error", labels: labels + ["status", "visibility", "error_code"],
        help: "1 while the endpoint has this error_code.")
    static let info = MetricFamily(
        .info, "dataarts_fabric_endpoint_info",
        labels: labels + ["owner", "owner_id", "cap_id", "cap_version_id", "pool_id"],
        help: "Owner (metrics.owner), image package (v1) and compute pool (v2) of the endpoint; always 1.")

    /// The families as one group of the metric registry.
    public static let familyGroup = FamilyGroup("Per-endpoint details", [statusSince, error, info])
}
