// SPDX-License-Identifier: Apache-2.0
public import ExporterConfig
public import Exposition
internal import FabricModel
public import Logging
internal import StatusReport

/// `once`: polls every workspace once and writes what came.
public struct OnceRun: Sendable {
    /// What came.
    public struct Outcome: Sendable {
        fileprivate let exporter: Exporter
        /// What failed: workspaces as `source/workspace_id`, and discoveries.
        public let failing: [String]
        /// What leaves a source without workspaces to poll although nothing failed, one sentence for each source.
        public let warnings: [String]

        /// Writes the page, which is rendered on the way: it may be larger than the memory of the machine should hold.
        /// - Parameter output: takes the page's next bytes, which are gone when it returns.
        public func write<Failure: Error>(
            _ format: ExpositionFormat, to output: (UnsafeRawBufferPointer) throws(Failure) -> Void
        ) throws(Failure) {
            try exporter.writeAlone(format, to: output)
        }
    }

    private let configuration: ExporterConfiguration
    private let logger: Logger

    /// A run of a checked configuration.
    public init(configuration: ExporterConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Polls.
    public func run() async throws(ExporterError) -> Outcome {
        let exporter = try await Exporter(configuration, mode: .once, logger: logger)
        await exporter.pollOnce()
        await exporter.shutDown()
        let discoveries = exporter.failingDiscoveries.map { "discovery of \($0)" }
        let report = exporter.statusReport()
        let warnings = report.sources.filter { !discoveries.contains("discovery of \($0.name)") }
            .compactMap { source in report.warning(of: source)?.text(source: source.name) }
        return Outcome(
            exporter: exporter, failing: discoveries + exporter.failing.map { "\($0.source)/\($0.workspaceID)" },
            warnings: warnings)
    }
}
