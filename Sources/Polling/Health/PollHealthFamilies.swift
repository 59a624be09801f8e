// SPDX-License-Identifier: Apache-2.0
public import Exposition
internal import Listings

/// Is the data of a workspace good?
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
        help: "What is known of a workspace beside its lists; always 1.")
    static let lastPoll = family(
        .gauge, "last_poll_timestamp_seconds", "End of the last poll, whatever its outcome, in Unix seconds.")
    static let lastSuccess = family(
        .gauge, "last_success_timestamp_seconds",
        "End of the last poll that ended in a complete listing, in Unix seconds.")
    static let failingSince = family(
        .gauge, "failing_since_timestamp_seconds",
        "End of the first poll that failed since the last complete listing, in Unix seconds; absent while up.")
    static let lastPollDuration = family(
        .gauge, "last_poll_duration_seconds",
        "How long the last poll took, retries included; waiting for its turn of the rate limit is not.")
    static let polls = family(.counter, "polls_total", "Polls ended.")
    static let pollFailures = family(
        .counter, "poll_failures_total", "Polls that ended without a complete listing, by reason.", more: ["reason"])
    static let pollsSkipped = family(
        .counter, "polls_skipped_total",
        "Slots skipped because the poll before was still running, or waiting for its turn of the rate limit.")
    static let relists = family(
        .counter, "relists_total", "Listings begun again because pages shifted under them.")

    static let interval = MetricFamily(
        .gauge, "dataarts_fabric_poll_interval_seconds", labels: ["source", "listing"],
        help: "How often the list is read of each workspace, as configured.")
    static let staleAfter = MetricFamily(
        .gauge, "dataarts_fabric_poll_stale_after_seconds", labels: ["source", "listing"],
        help: "Age at which a workspace's last complete listing is withdrawn, as configured.")

    /// The settings in effect.
    static func settings(of sources: [String], _ timing: PollTiming) -> Fragment {
        var builder = FragmentBuilder()
        let values: [(MetricFamily, Duration?)] = [(interval, timing.interval), (staleAfter, timing.staleAfter)]
        for case (let family, let value?) in values {
            builder.add(family) { writer in
                for source in sources.sorted() {
                    for listing in ListingRegistry.all {
                        writer.sample(.duration(value), ["source": source, "listing": listing.name])
                    }
                }
            }
        }
        return builder.build()
    }

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter(
        "Is the data good? Workspaces",
        [
            isUp, info, lastPoll, lastSuccess, failingSince, lastPollDuration, polls, pollFailures, pollsSkipped,
            relists, interval,
            staleAfter,
        ])
}
