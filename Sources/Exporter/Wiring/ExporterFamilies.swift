// SPDX-License-Identifier: Apache-2.0
public import Exposition
internal import Listings
internal import Polling
internal import WebServer

/// The exporter itself.
enum ExporterFamilies {
    static let buildInfo = MetricFamily(
        .info, "dataarts_fabric_exporter_build_info",
        labels: ["version", "revision", "swift_version", "libcurl_version"],
        help: "What the exporter was built from; always 1.")
    static let shard = MetricFamily(
        .gauge, "dataarts_fabric_exporter_shard", labels: [],
        help: "Which of the shards this process is, from 0; 0 where the workspaces are not divided.")
    static let shards = MetricFamily(
        .gauge, "dataarts_fabric_exporter_shards", labels: [],
        help: "Among how many processes the workspaces are divided (--shard), this one included.")
    static let lastReloadSuccessful = MetricFamily(
        .gauge, "dataarts_fabric_exporter_config_last_reload_successful", labels: [],
        help: "1 if the last attempt to load the configuration succeeded, else 0.")
    static let lastReloadSuccess = MetricFamily(
        .gauge, "dataarts_fabric_exporter_config_last_reload_success_timestamp_seconds", labels: [],
        help: "When the configuration in force was loaded, in Unix seconds.")
    static let reloads = MetricFamily(
        .counter, "dataarts_fabric_exporter_config_reloads_total", labels: [],
        help: "Attempts to reload the configuration since the start.")
    static let droppedLogLines = MetricFamily(
        .counter, "dataarts_fabric_exporter_log_lines_dropped_total", labels: [],
        help: "Log lines that were not written because nobody read standard error, or it was closed.")

    static let familyGroup = FamilyGroup(
        "The exporter itself",
        [buildInfo, shard, shards, lastReloadSuccessful, lastReloadSuccess, reloads, droppedLogLines]
            + ServerFamilies.families + ProcessMetrics.families)

    /// Those that are rendered at each scrape.
    static let liveFamilies =
        [lastReloadSuccessful, lastReloadSuccess, reloads, droppedLogLines] + ServerFamilies.families
        + ProcessMetrics.families

    static func shardFragment(_ own: Shard) -> Fragment {
        var builder = FragmentBuilder()
        builder.add(shard, .integer(Int64(own.ordinal)))
        builder.add(shards, .integer(Int64(own.total)))
        return builder.build()
    }

    static func logFragment() -> Fragment {
        var builder = FragmentBuilder()
        builder.add(droppedLogLines, .unsigned(LogOutput.standardError.droppedLines))
        return builder.build()
    }

    static func buildFragment() -> Fragment {
        var builder = FragmentBuilder()
        builder.add(buildInfo) { writer in
            writer.sample(
                .integer(1),
                [
                    "version": BuildInformation.version, "revision": BuildInformation.revision,
                    "swift_version": BuildInformation.swiftVersion,
                    "libcurl_version": BuildInformation.libcurlVersion,
                ])
        }
        return builder.build()
    }
}

extension MetricRegistry {
    /// Every family of this program.
    public static let exporter = MetricRegistry(
        ListingRegistry.familyGroups + [
            ListingFamilies.familyGroup, PollHealthFamilies.familyGroup, SourceFamilies.familyGroup,
            DiscoveryFamilies.familyGroup,
            ExporterFamilies.familyGroup,
        ])
}
