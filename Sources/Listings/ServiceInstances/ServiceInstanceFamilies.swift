// SPDX-License-Identifier: Apache-2.0
internal import Exposition

/// Metric families of service instances.
enum ServiceInstanceFamilies {
    private static let labels = WorkspaceLabels.names + ["service_type", "status", "visibility"]

    static let instances = MetricFamily(
        .gauge, "dataarts_fabric_service_instances", labels: labels,
        help: "Service instances in the last complete listing, by type, status and visibility.")
    static let withError = MetricFamily(
        .gauge, "dataarts_fabric_service_instances_with_error", labels: labels + ["error_code"],
        help: "Service instances with a non-empty error_code in the last complete listing.")
    static let oldestTransition = MetricFamily(
        .gauge, "dataarts_fabric_service_instance_oldest_transition_timestamp_seconds", labels: labels,
        help: "Unix time since which the oldest service instance has been in this status (PENDING, CREATING, UPDATING, "
            + "STOPPING or DELETING).")
    static let statusSince = MetricFamily(
        .gauge, "dataarts_fabric_service_instance_status_since_timestamp_seconds",
        labels: WorkspaceLabels.names + [
            "service_instance_id", "service_instance_name", "endpoint_id", "service_type", "status", "visibility",
        ],
        help: "Unix time at which the service instance entered its status (upper bound).")

    static let familyGroup = FamilyGroup(
        "Service instances", [instances, withError, oldestTransition, statusSince])
}
