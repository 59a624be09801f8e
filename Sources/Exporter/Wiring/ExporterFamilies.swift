// SPDX-License-Identifier: Apache-2.0
internal import Config
public import Exposition
internal import Listings
internal import Polling
internal import WebServer

/// The metric families of the exporter itself.
enum ExporterFamilies {
    static let buildInfo = MetricFamily(
        .info, "dataarts_fabric_exporter_build_info",
        labels: ["version", "revision", "swift_version", "libcurl_version"],
        help: "Build information of the exporter; always 1.")
    static let shard = MetricFamily(
        .gauge, "dataarts_fabric_exporter_shard", labels: [],
        help: "Index of this process's shard, from 0; 0 without sharding.")
    static let shards = MetricFamily(
        .gauge, "dataarts_fabric_exporter_shards", labels: [],
        help: "Total number of shards (--shard), including this one.")
    static let lastReloadSuccessful = MetricFamily(
        .gauge, "dataarts_fabric_exporter_config_last_reload_successful", labels: [],
        help: "1 if the last attempt to load the configuration succeeded, else 0.")
    static let lastReloadSuccess = MetricFamily(
        .gauge, "dataarts_fabric_exporter_config_last_reload_success_timestamp_seconds", labels: [],
        help: "Time when the current configuration was loaded, in Unix seconds.")
    static let reloads = MetricFamily(
        .counter, "dataarts_fabric_exporter_config_reloads_total", labels: [],
        help: "Attempts to reload the configuration since the start.")
    static let droppedLogLines = MetricFamily(
        .counter, "dataarts_fabric_exporter_log_lines_dropped_total", labels: [],
        help: "Log lines that were dropped because standard error was blocked or closed.")

    static let unitPrice = MetricFamily(
        .gauge, "dataarts_fabric_unit_price_per_hour", labels: ["unit", "spec_code", "currency"],
        help:
            "Configured price of one unit (apu, dpu, mu) for one hour; without spec_code, of every spec of the unit that "
            + "has no price of its own.")

    static let priceGroup = FamilyGroup("Prices", [unitPrice])

    static let familyGroup = FamilyGroup(
        "The exporter itself",
        [buildInfo, shard, shards, lastReloadSuccessful, lastReloadSuccess, reloads, droppedLogLines]
            + ServerFamilies.families + ProcessMetrics.families)

    /// The families that are rendered at each scrape.
    static let liveFamilies =
        [lastReloadSuccessful, lastReloadSuccess, reloads, droppedLogLines] + ServerFamilies.families
        + ProcessMetrics.families

    static func shardFragment(_ own: Shard) -> Fragment {
        var builder = FragmentBuilder()
        builder.add(shard, .integer(Int64(own.ordinal)))
        builder.add(shards, .integer(Int64(own.total)))
        return builder.build()
    }

    static func priceFragment(_ prices: PriceSettings?) -> Fragment {
        var builder = FragmentBuilder()
        builder.add(unitPrice) { writer in
            guard let prices else { return }
            for price in prices.perHour {
                writer.sample(
                    .double(price.price),
                    ["unit": price.unit.rawValue, "spec_code": price.specCode, "currency": prices.currency])
            }
        }
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
    /// All metric families of the exporter.
    public static let exporter = MetricRegistry(
        ListingRegistry.familyGroups + [
            CreationDurations.familyGroup, ListingFamilies.familyGroup, PollHealthFamilies.familyGroup,
            SourceFamilies.familyGroup,
            DiscoveryFamilies.familyGroup, QuotaFamilies.familyGroup, ExporterFamilies.priceGroup,
            ExporterFamilies.familyGroup,
        ])
}
