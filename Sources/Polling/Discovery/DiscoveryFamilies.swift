// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Is the list of workspaces good? Only where discovery is on.
public enum DiscoveryFamilies {
    private static func family(
        _ kind: MetricFamily.Kind, _ name: String, _ help: String, more: [String] = []
    ) -> MetricFamily {
        MetricFamily(kind, "dataarts_fabric_discovery_" + name, labels: ["source"] + more, help: help)
    }

    static let isUp = family(.gauge, "up", "1 if the last discovery ended in a complete list of workspaces, else 0.")
    static let workspaces = family(
        .gauge, "workspaces",
        "Workspaces that the last successful discovery found, whether or not they are polled.")
    static let lastSuccess = family(
        .gauge, "last_success_timestamp_seconds",
        "End of the last discovery that ended in a complete list of workspaces, in Unix seconds.")
    static let failures = family(
        .counter, "failures_total", "Discoveries that ended without a complete list of workspaces, by reason.",
        more: ["reason"])

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter(
        "Is the data good? Discovery", [isUp, workspaces, lastSuccess, failures])
}
