// SPDX-License-Identifier: Apache-2.0
internal import Exposition

/// Metric families of compute pools.
enum PoolFamilies {
    private static let pool = WorkspaceLabels.names + ["pool_id", "pool"]

    static let pools = MetricFamily(
        .gauge, "dataarts_fabric_pools", labels: WorkspaceLabels.names + ["charge_mode", "status"],
        help: "Compute pools in the last complete listing, by charge mode and status.")
    static let info = MetricFamily(
        .gauge, "dataarts_fabric_pool_info", labels: pool + ["charge_mode", "status"],
        help: "1 for each compute pool.")
    static let capacity = MetricFamily(
        .gauge, "dataarts_fabric_pool_capacity", labels: pool + ["resource", "spec_code"],
        help: "Capacity of the compute pool in CPU cores or accelerator cards.")
    static let allocatable = MetricFamily(
        .gauge, "dataarts_fabric_pool_allocatable", labels: pool + ["resource", "spec_code"],
        help: "CPU cores or accelerator cards of the running compute pool that are not promised to an endpoint.")
    static let utilization = MetricFamily(
        .gauge, "dataarts_fabric_pool_utilization_ratio", labels: pool + ["resource"],
        help: "Used share of the running compute pool's resource, 0 to 1: the newest value of the last 15 minutes.")
    static let utilizationTime = MetricFamily(
        .gauge, "dataarts_fabric_pool_utilization_timestamp_seconds", labels: pool + ["resource"],
        help: "Unix time at which the service measured the compute pool's utilization.")

    static let familyGroup = FamilyGroup(
        "Compute pools", [pools, info, capacity, allocatable, utilization, utilizationTime])
}
