// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Metric families of discovery; exported only for sources with discovery.
public enum DiscoveryFamilies {
    private static func family(
        _ kind: MetricFamily.Kind, _ name: String, _ help: String, more: [String] = []
    ) -> MetricFamily {
        MetricFamily(kind, "dataarts_fabric_discovery_" + name, labels: ["source"] + more, help: help)
    }

    static let isUp = family(.gauge, "up", "1 if the last discovery succeeded, else 0.")
    static let workspaces = family(
        .gauge, "workspaces",
        "Workspaces found by the last successful discovery, whether or not they are polled.")
    static let lastSuccess = family(
        .gauge, "last_success_timestamp_seconds",
        "Unix time of the end of the last successful discovery.")
    static let failures = family(
        .counter, "failures_total", "Failed discoveries by reason.",
        more: ["reason"])

    /// The families as one group of the metric registry.
    public static let familyGroup = FamilyGroup(
        "Data quality: discovery", [isUp, workspaces, lastSuccess, failures])
}
