// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Config
public import Exposition
internal import Fabric
public import Logging
internal import Polling

extension Exporter {
    /// Polls every workspace of a validated configuration once, for `once`.
    /// - Parameter whenReady: called before the first request.
    /// - Returns: the page's chunks; the failed workspaces as `source/workspace_id` and the failed discoveries and quotas; and a
    ///   warning for each source that has no workspaces to poll although nothing failed.
    public static func once(
        _ configuration: ExporterConfiguration, _ format: ExpositionFormat, logger: Logger, whenReady: () -> Void = {}
    ) async throws(ExporterError) -> (page: some Sequence<[UInt8]>, failing: [String], warnings: [String]) {
        let exporter = try await Exporter(configuration, logger: logger)
        whenReady()
        await exporter.pollOnce(isLast: true)
        await exporter.shutDown()
        let undiscovered = exporter.failingDiscoveries
        let report = exporter.statusReport()
        let warnings = report.sources.filter { !undiscovered.contains($0.name) }
            .compactMap { source in report.warning(of: source)?.text(source: source.name)[.english] }
        let failing =
            undiscovered.map { "discovery of \($0)" } + exporter.failingQuotas.map { "quotas of \($0)" }
            + exporter.failing.map { "\($0.source)/\($0.workspaceID)" }
        return (exporter.textfilePage(format), failing, warnings)
    }
}
