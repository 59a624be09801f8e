// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Exposition
internal import Fabric

/// Metric families of quotas; exported only for sources that collect them.
public enum QuotaFamilies {
    private static func family(
        _ kind: MetricFamily.Kind, _ name: String, _ help: String, more: [String] = []
    ) -> MetricFamily {
        MetricFamily(kind, "dataarts_fabric_quota_" + name, labels: ["source"] + more, help: help)
    }

    static let used = family(
        .gauge, "used", "Resources of the project that count toward the quota.", more: ["resource"])
    static let limit = family(
        .gauge, "limit", "Quota of the project; absent where there is no limit.", more: ["resource"])
    static let isUp = family(.gauge, "up", "1 if the last read of the quotas succeeded, else 0.")
    static let lastSuccess = family(
        .gauge, "last_success_timestamp_seconds", "Unix time of the end of the last successful read of the quotas.")
    static let failures = family(
        .counter, "failures_total", "Failed reads of the quotas by reason.", more: ["reason"])

    /// The number of series of the health of quotas, after the first success.
    public static var seriesOfHealth: Int {
        var health = QuotaHealth()
        health.note(.read(QuotaList(quotas: []), at: .now, staleAfter: nil), endedAt: Timestamp(microseconds: 0))
        return health.fragment(ofSource: "").samples
    }

    /// The families as one group of the metric registry.
    public static let familyGroup = FamilyGroup("Quotas", [used, limit, isUp, lastSuccess, failures])
}
