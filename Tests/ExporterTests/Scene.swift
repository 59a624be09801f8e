// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Exposition
import Fabric
import HTTPClient
import Logging
import Simulator
import TestSupport

@testable import Exporter

/// An exporter with its real transport and the simulated cloud that it polls.
struct Scene {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let token = "simulated-token"

    let cloud: SimulatedCloud
    let exporter: Exporter
    /// The exporter's configuration.
    let configuration: ExporterConfiguration
    /// The exporter's clock if the test advances it.
    let clock: ManualClock?

    /// Runs `body` with an exporter of every workspace of `cloud`.
    /// - Parameter authAt: replaces `auth` for methods that need the cloud's address.
    static func run(
        _ cloud: SimulatedCloud, metrics: MetricsSettings = MetricsSettings(),
        poll change: (inout PollSettings) -> Void = { _ in },
        auth: AuthSettings = .token(.value(Secret(token))),
        authAt: ((_ address: String) -> AuthSettings)? = nil, assumeAgency: Agency? = nil,
        filter: EndpointFilter = EndpointFilter(),
        environmentAt: (_ address: String) -> [String: String] = { _ in [:] },
        collectsServices: Bool = false, collectsJobRuns: Bool = false, proxyURL: String? = nil,
        keepsRecords: Bool = false, clock: ManualClock? = nil,
        logger: Logger = quiet,
        _ body: (Scene) async throws -> Void
    ) async throws {
        let server = try await SimulatorServer.start(cloud, logger: quiet)
        let running = Task { try await server.run() }
        var poll = PollSettings()
        // Long, so that a slow machine doesn't change the outcome; tests of timeouts set their own.
        poll.interval = .seconds(60)
        poll.timeout = .seconds(20)
        poll.requestsPerSecond = 0
        poll.retries = 0
        change(&poll)
        var source = SourceSettings(
            name: "simulated", region: "cn-north-4", baseURL: server.baseURL,
            auth: authAt?(server.baseURL) ?? auth, assumeAgency: assumeAgency,
            workspaces: cloud.workspaces.map { WorkspaceSettings(id: $0.id, name: $0.name?.string, filter: filter) },
            connection: ConnectionOptions(proxy: proxyURL.map { .url($0) } ?? .environment))
        if collectsServices {
            source.collect.serviceInstances = .init(interval: poll.interval)
            source.servicesURL = server.baseURL
        }
        if collectsJobRuns {
            source.collect.jobRuns = .init(interval: poll.interval)
            source.servicesURL = server.baseURL
        }
        let configuration = ExporterConfiguration(poll: poll, metrics: metrics, sources: [source])
        let exporter = try await Exporter(
            configuration, keepsRecords: keepsRecords, clock: clock ?? SystemClock(),
            environment: environmentAt(server.baseURL),
            logger: logger)
        let outcome: Result<Void, any Error>
        do {
            try await body(Scene(cloud: cloud, exporter: exporter, configuration: configuration, clock: clock))
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await exporter.shutDown()
        await server.shutdown()
        try await running.value
        try outcome.get()
    }

    /// Returns a cloud of seeded workspaces. All endpoints are the caller's own, so that all are listed.
    static func cloud(seed: Int, workspaces: Int, endpointsEach: Int) -> SimulatedCloud {
        var workspaceList = SeededData(seed: seed).workspaces(workspaces, endpointsEach: endpointsEach)
        for workspace in workspaceList.indices {
            for endpoint in workspaceList[workspace].endpoints.indices {
                workspaceList[workspace].endpoints[endpoint].isOthers = false
            }
        }
        return SimulatedCloud(workspaces: workspaceList)
    }

    /// Returns the current page.
    func page() -> ScenePage { ScenePage(Array(exporter.textfilePage().joined())) }
}

/// The sample lines of a page.
struct ScenePage {
    let lines: [String]

    init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: "#") }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Returns the lines of a workspace's domain series, which a failed poll must not change.
    func domainLines(of workspace: String) -> [String] {
        let health = ["up{", "info{", "last_", "polls_", "poll_", "relists_", "failing_since_"]
            .map { "dataarts_fabric_workspace_" + $0 }
        let label = "workspace=\"\(workspace)\""
        return lines.filter { line in line.contains(label) && !health.contains { line.hasPrefix($0) } }
    }

    /// Returns the value of the only line of `family` that contains all of `labels`.
    func value(_ family: String, _ labels: String...) -> String? {
        let found = lines.filter { line in
            (line.hasPrefix(family + "{") || line.hasPrefix(family + " ")) && labels.allSatisfy { line.contains($0) }
        }
        guard found.count == 1 else { return nil }
        return found[0].split(separator: " ").last.map(String.init)
    }

    /// Whether the last poll of a workspace succeeded.
    func isUp(_ workspace: String) -> Bool {
        value("dataarts_fabric_workspace_up", "workspace=\"\(workspace)\"") == "1"
    }

    /// Returns the nonzero failure counters of a workspace by reason.
    func failures(of workspace: String) -> [String: String] {
        var failures: [String: String] = [:]
        for line in lines where line.hasPrefix("dataarts_fabric_workspace_poll_failures_total{") {
            guard line.contains("workspace=\"\(workspace)\""), !line.hasSuffix(" 0"),
                let reason = line.split(separator: "\"").dropLast().last
            else { continue }
            failures[String(reason)] = line.split(separator: " ").last.map(String.init)
        }
        return failures
    }
}
