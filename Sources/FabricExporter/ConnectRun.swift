// SPDX-License-Identifier: Apache-2.0
internal import Aggregation
internal import Clocks
internal import CurlTransport
public import ExporterConfig
internal import FabricAPI
internal import Polling

/// `check --connect`: tries what every source is configured to do, and says what works, what it costs, and what to do
/// about the rest.
public struct ConnectRun: Sendable {
    /// What came.
    public struct Outcome: Sendable {
        /// Lines for people; hold no secret.
        public var lines: [String]
        /// Names of the sources of which something does not work.
        public var failing: [String]
    }

    private let configuration: ExporterConfiguration
    private let clock: any ExporterClock
    private let environment: [String: String]

    /// A run of a checked configuration.
    public init(configuration: ExporterConfiguration) {
        self.init(
            configuration: configuration, clock: SystemClock(), environment: ProcessEnvironment.variables())
    }

    init(configuration: ExporterConfiguration, clock: any ExporterClock, environment: [String: String]) {
        self.configuration = configuration
        self.clock = clock
        self.environment = environment
    }

    /// Tries all sources, side by side.
    /// - Throws: ``ExporterError`` when a source cannot be made of its settings.
    public func run() async throws(ExporterError) -> Outcome {
        let findings = try await findings()
        let text = ConnectText(findings: findings, poll: configuration.poll, environment: environment)
        return Outcome(lines: text.lines, failing: findings.filter(\.hasFailed).map(\.settings.name))
    }

    func findings() async throws(ExporterError) -> [SourceFindings] {
        let engine: CurlEngine
        do { engine = try CurlEngine() } catch { throw ExporterError("cannot start libcurl: \(error)") }
        let checks: [SourceCheck]
        do throws(ExporterError) { checks = try makeChecks(engine) } catch {
            await engine.shutdown()
            throw error
        }
        let findings = await withTaskGroup(of: (Int, SourceFindings).self) { group in
            for (index, check) in checks.enumerated() { group.addTask { (index, await check.run()) } }
            var found: [(Int, SourceFindings)] = []
            for await one in group { found.append(one) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
        await engine.shutdown()
        return findings
    }

    private func makeChecks(_ engine: CurlEngine) throws(ExporterError) -> [SourceCheck] {
        let factory = SourceFactory(engine: engine, poll: configuration.poll, environment: environment)
        let tally = Exporter.manner(configuration, .once).tally
        let limiter = RequestLimiter(concurrency: configuration.poll.concurrency, clock: clock)
        var checks: [SourceCheck] = []
        for source in configuration.sources {
            checks.append(try SourceCheck(source, factory: factory, tally: tally, limiter: limiter, clock: clock))
        }
        return checks
    }
}
