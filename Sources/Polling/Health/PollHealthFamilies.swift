// SPDX-License-Identifier: Apache-2.0
public import Exposition
internal import Listings

/// Metric families of the data quality of workspaces.
public enum PollHealthFamilies {
    private static func family(
        _ kind: MetricFamily.Kind, _ name: String, _ help: String, more: [String] = []
    ) -> MetricFamily {
        MetricFamily(
            kind, "dataarts_fabric_workspace_" + name, labels: WorkspaceLabels.names + ["listing"] + more, help: help)
    }

    static let isUp = family(.gauge, "up", "1 if the last poll ended in a complete listing, else 0.")
    static let info = MetricFamily(
        .info, "dataarts_fabric_workspace_info",
        labels: WorkspaceLabels.names + ["region_id", "base_url", "enterprise_project_id", "discovered"],
        help: "Region, address, enterprise project and configured labels of the workspace; always 1.")
    static let lastPoll = family(
        .gauge, "last_poll_timestamp_seconds", "Unix time of the end of the last poll, successful or not.")
    static let lastSuccess = family(
        .gauge, "last_success_timestamp_seconds",
        "Unix time of the end of the last successful poll.")
    static let failingSince = family(
        .gauge, "failing_since_timestamp_seconds",
        "Unix time of the first failed poll since the last success; absent while up.")
    static let lastPollDuration = family(
        .gauge, "last_poll_duration_seconds",
        "Duration of the last poll, including retries but not the wait for the rate limit.")
    static let polls = family(.counter, "polls_total", "Completed polls, successful or not.")
    static let pollFailures = family(
        .counter, "poll_failures_total", "Failed polls by reason.", more: ["reason"])
    static let pollsSkipped = family(
        .counter, "polls_skipped_total",
        "Polls skipped because the previous poll was still running or waiting for the rate limit.")
    static let relists = family(
        .counter, "relists_total", "Relists because the list changed while it was read.")

    static let interval = MetricFamily(
        .gauge, "dataarts_fabric_poll_interval_seconds", labels: ["source", "listing"],
        help: "Configured poll interval.")
    static let staleAfter = MetricFamily(
        .gauge, "dataarts_fabric_poll_stale_after_seconds", labels: ["source", "listing"],
        help: "Configured age at which a listing is stale and no longer exported.")

    /// Renders the settings in effect: those of the listings that are polled.
    static func settings(of sources: [String: PollOptions]) -> Fragment {
        var builder = FragmentBuilder()
        let values: [(MetricFamily, (PollTiming) -> Duration?)] = [(interval, \.interval), (staleAfter, \.staleAfter)]
        for (family, value) in values {
            builder.add(family) { writer in
                for (source, options) in sources.sorted(by: { $0.key < $1.key }) {
                    for listing in ListingRegistry.all {
                        guard let value = options.timing(of: listing).flatMap(value) else { continue }
                        writer.sample(.duration(value), ["source": source, "listing": listing.name])
                    }
                }
            }
        }
        return builder.build()
    }

    /// The families as one group of the metric registry.
    public static let familyGroup = FamilyGroup(
        "Data quality: workspaces",
        [
            isUp, info, lastPoll, lastSuccess, failingSince, lastPollDuration, polls, pollFailures, pollsSkipped,
            relists, interval, staleAfter,
        ])
}
