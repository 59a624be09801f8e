public import ExporterConfig
// SPDX-License-Identifier: Apache-2.0
public import Exposition
internal import FabricModel
public import Logging

/// `once`: polls every workspace once and renders what came.
public struct OnceRun: Sendable {
    /// What came.
    public struct Outcome: Sendable {
        /// The page.
        public var page: [UInt8]
        /// What failed: workspaces as `source/workspace_id`, and discoveries.
        public var failing: [String]
    }

    private let configuration: ExporterConfiguration
    private let logger: Logger

    /// A run of a checked configuration.
    public init(configuration: ExporterConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Polls and renders.
    public func run(format: ExpositionFormat) async throws(ExporterError) -> Outcome {
        let exporter = try await Exporter(configuration, mode: .once, logger: logger)
        await exporter.pollOnce()
        let discoveries = exporter.failingDiscoveries.map { "discovery of \($0)" }
        let outcome = Outcome(
            page: exporter.renderAlone(format),
            failing: discoveries + exporter.failing.map { "\($0.source)/\($0.workspaceID)" })
        await exporter.shutDown()
        return outcome
    }
}
