// SPDX-License-Identifier: Apache-2.0
public import Base
public import Config
internal import Fabric
internal import HTTPClient
internal import Listings
internal import Polling

/// `check --connect`: tries everything that each source is configured to do and reports results, expected load, and
/// remedies for failures.
public struct ConnectionCheck: Sendable {
    private let configuration: ExporterConfiguration
    private let clock: any ExporterClock
    private let environment: [String: String]

    /// Creates a check of a validated configuration.
    /// - Parameter environment: variables that may name a proxy or a credential.
    public init(
        configuration: ExporterConfiguration, clock: any ExporterClock = SystemClock(),
        environment: [String: String] = ProcessEnvironment.variables()
    ) {
        self.configuration = configuration
        self.clock = clock
        self.environment = environment
    }

    /// Checks all sources concurrently.
    /// - Returns: the report's lines, without secrets, and the names of the sources with a failure.
    /// - Throws: ``ExporterError`` if a source cannot be created from its settings.
    public func run() async throws(ExporterError) -> (lines: [String], failing: [String]) {
        let findings = try await findings()
        let text = ConnectionReport(findings: findings, poll: configuration.poll, environment: environment)
        return (text.lines, findings.filter(\.hasFailed).map(\.settings.name))
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
            for await result in group { found.append(result) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
        await engine.shutdown()
        return findings
    }

    private func makeChecks(_ engine: CurlEngine) throws(ExporterError) -> [SourceCheck] {
        let factory = SourceFactory(engine: engine, poll: configuration.poll, environment: environment)
        let tally = Exporter.pollOptions(configuration).settings
        let limiter = RequestLimiter(concurrency: configuration.poll.concurrency, clock: clock)
        var checks: [SourceCheck] = []
        for source in configuration.sources {
            checks.append(try SourceCheck(source, factory: factory, tally: tally, limiter: limiter, clock: clock))
        }
        return checks
    }
}
