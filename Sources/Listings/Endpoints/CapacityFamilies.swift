// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Capacity, added up. One family per unit: the units are different things and are never summed together.
public enum CapacityFamilies {
    private static let labels = EndpointFamilies.labels + ["spec_code"]

    private static func family(_ name: String, _ help: String, more: [String] = []) -> MetricFamily {
        MetricFamily(.gauge, "dataarts_fabric_" + name, labels: labels + more, help: help)
    }

    static let apuReserved = family("apu_reserved", "Reserved APU: the sum of apu.warm_up_num.")
    static let apuMax = family("apu_max", "APU ceiling: the sum of apu.max_num, which defaults to apu.warm_up_num.")
    static let dpuReserved = family(
        "dpu_reserved", "Reserved DPU: the sum of dpu.warm_up_num.", more: ["public_resource"])
    static let dpuMax = family(
        "dpu_max", "DPU ceiling: the sum of dpu.max_num, which defaults to dpu.warm_up_num.",
        more: ["public_resource"])
    static let muReserved = family("mu_reserved", "Reserved model units: the sum of mu.min.")
    static let muMax = family("mu_max", "Model unit ceiling: the sum of mu.max, which defaults to mu.min.")
    static let rayHeads = family("ray_heads", "Ray head groups.")
    static let rayWorkersMin = family(
        "ray_workers_min", "Fewest Ray workers: the sum of min_replicas over the worker groups.")
    static let rayWorkersMax = family(
        "ray_workers_max",
        "Most Ray workers: the sum of max_replicas, which defaults to min_replicas, over the worker groups.")

    /// The families of each unit.
    static let byUnit: [(unit: CapacityUnit, reserved: MetricFamily, maximum: MetricFamily?)] = [
        (.apu, apuReserved, apuMax), (.dpu, dpuReserved, dpuMax), (.mu, muReserved, muMax), (.rayHead, rayHeads, nil),
        (.rayWorker, rayWorkersMin, rayWorkersMax),
    ]

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter(
        "Capacity, added up",
        [
            apuReserved, apuMax, dpuReserved, dpuMax, muReserved, muMax, rayHeads, rayWorkersMin, rayWorkersMax,
        ])
}
