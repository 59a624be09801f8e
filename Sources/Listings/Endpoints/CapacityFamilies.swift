// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Metric families of capacity. One family per unit: the units are different and must never be summed.
public enum CapacityFamilies {
    private static let labels = EndpointFamilies.labels + ["spec_code"]

    private static func family(_ name: String, _ help: String, more: [String] = []) -> MetricFamily {
        MetricFamily(.gauge, "dataarts_fabric_" + name, labels: labels + more, help: help)
    }

    static let apuReserved = family("apu_reserved", "Reserved APU (sum of apu.warm_up_num).")
    static let apuMax = family("apu_max", "Maximum APU (sum of apu.max_num; default apu.warm_up_num).")
    static let dpuReserved = family(
        "dpu_reserved", "Reserved DPU (sum of dpu.warm_up_num).", more: ["public_resource"])
    static let dpuMax = family(
        "dpu_max", "Maximum DPU (sum of dpu.max_num; default dpu.warm_up_num).",
        more: ["public_resource"])
    static let muReserved = family("mu_reserved", "Reserved model units (sum of mu.min).")
    static let muMax = family("mu_max", "Maximum model units (sum of mu.max; default mu.min).")
    static let rayHeads = family("ray_heads", "Number of Ray head groups.")
    static let rayWorkersMin = family(
        "ray_workers_min", "Minimum Ray workers (sum of min_replicas over the worker groups).")
    static let rayWorkersMax = family(
        "ray_workers_max",
        "Maximum Ray workers (sum of max_replicas over the worker groups; default min_replicas).")

    private static func resourceFamily(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily(
            .gauge, "dataarts_fabric_" + name,
            labels: WorkspaceLabels.names + ["endpoint_type", "status", "resource", "resource_mode", "spec_code"],
            help: help)
    }

    static let capacityMin = resourceFamily(
        "endpoint_capacity_min", "Minimum CPU cores or accelerator cards of endpoints with api: v2.")
    static let capacityMax = resourceFamily(
        "endpoint_capacity_max",
        "Maximum CPU cores or accelerator cards of endpoints with api: v2 (default minimum_capacity).")

    /// The families by unit.
    static let byUnit: [(unit: CapacityUnit, reserved: MetricFamily, maximum: MetricFamily?)] = [
        (.apu, apuReserved, apuMax), (.dpu, dpuReserved, dpuMax), (.mu, muReserved, muMax), (.rayHead, rayHeads, nil),
        (.rayWorker, rayWorkersMin, rayWorkersMax),
    ]

    /// The families as one group of the metric registry.
    public static let familyGroup = FamilyGroup(
        "Capacity",
        [
            apuReserved, apuMax, dpuReserved, dpuMax, muReserved, muMax, rayHeads, rayWorkersMin, rayWorkersMax,
            capacityMin, capacityMax,
        ])
}
