// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Metric families of endpoint counts.
public enum EndpointFamilies {
    /// The labels of every endpoint count.
    static let labels = WorkspaceLabels.names + ["endpoint_type", "status", "visibility"]

    static let endpoints = MetricFamily(
        .gauge, "dataarts_fabric_endpoints", labels: labels,
        help: "Endpoints in the last complete listing, by type, status and visibility.")
    static let withError = MetricFamily(
        .gauge, "dataarts_fabric_endpoints_with_error", labels: labels + ["error_code"],
        help: "Endpoints with a non-empty error_code in the last complete listing.")
    static let oldestTransition = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_oldest_transition_timestamp_seconds", labels: labels,
        help: "Unix time since which the oldest endpoint has been in this status (CREATING, UPDATING or DELETING).")

    static let transitions = MetricFamily(
        .counter, "dataarts_fabric_endpoint_transitions_total",
        labels: WorkspaceLabels.names + ["endpoint_type", "from_status", "to_status"],
        help:
            "Changes of status of PRIVATE endpoints and those without a visibility, seen between two complete listings of this process."
    )

    /// The families as one group of the metric registry.
    public static let familyGroup = FamilyGroup(
        "Endpoint counts", [endpoints, withError, oldestTransition, transitions])
}
