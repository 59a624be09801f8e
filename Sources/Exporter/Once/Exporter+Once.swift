// SPDX-License-Identifier: Apache-2.0
public import Config
public import Exposition
internal import Fabric
public import Logging
internal import Polling

extension Exporter {
    /// Polls every workspace of a checked configuration once, as `once` does.
    /// - Returns: the page's chunks; what failed, workspaces as `source/workspace_id` and discoveries; and what leaves a source
    ///   without workspaces to poll although nothing failed, one sentence for each source.
    public static func once(
        _ configuration: ExporterConfiguration, _ format: ExpositionFormat, logger: Logger
    ) async throws(ExporterError) -> (page: some Sequence<[UInt8]>, failing: [String], warnings: [String]) {
        let exporter = try await Exporter(configuration, logger: logger)
        await exporter.pollOnce()
        await exporter.shutDown()
        let undiscovered = exporter.failingDiscoveries
        let report = exporter.statusReport()
        let warnings = report.sources.filter { !undiscovered.contains($0.name) }
            .compactMap { source in report.warning(of: source)?.text(source: source.name) }
        let failing =
            undiscovered.map { "discovery of \($0)" } + exporter.failing.map { "\($0.source)/\($0.workspaceID)" }
        return (exporter.pageAlone(format), failing, warnings)
    }
}
