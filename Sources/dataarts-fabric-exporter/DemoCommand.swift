// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Base
import Config
import Exporter
import Fabric
import Glibc
import Simulator

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Run with simulated data.")

    @OptionGroup(title: "Web") var web: WebOptions
    @OptionGroup(title: "Log") var log: LogOptions

    @Option(name: .customLong("seed"), help: "Random seed for reproducible data.")
    var seed = 1

    func run() async throws {
        let logger = log.logger()
        let signals = try StopSignals(logger: logger)
        let settings = try web.settings()
        let scenario = DemoScenario(seed: seed, startSeconds: Int64(time(nil)))
        var servers: [SimulatorServer] = []
        var sources: [SourceSettings] = []
        for source in scenario.sources {
            let server = try await SimulatorServer.start(source.cloud, logger: logger)
            servers.append(server)
            sources.append(Self.settings(source, baseURL: server.baseURL))
        }
        // Shorter than the default, so that changes are visible within a minute.
        var poll = PollSettings()
        poll.interval = .seconds(10)
        poll.timeout = .seconds(5)
        let configuration = ExporterConfiguration(poll: poll, prices: Self.prices, sources: sources)
        var companions: [@Sendable () async -> Void] = [{ await scenario.run() }]
        for server in servers { companions.append { try? await server.run() } }
        let run = ServeRun(configuration: configuration, web: settings, logger: logger) { configuration }
        try await run.run(until: signals, reloadingOn: ReloadSignals(), companions: companions) {
            StandardOutput.write(Self.guide(settings))
            ProgramPages.release()
        }
    }

    private static let prices = PriceSettings(
        currency: "CNY",
        perHour: [
            UnitPrice(.dpu, specCode: "fabric.sql.dcu.std", price: 0.35), UnitPrice(.dpu, price: 0.3),
            UnitPrice(.apu, price: 6.5), UnitPrice(.mu, price: 4.2),
        ])

    /// Returns where to look, and what to find there.
    private static func guide(_ web: ServeRun.WebSettings) -> [String] {
        let address = web.listenAddresses.first ?? ""
        let url = "http://\(address.hasPrefix(":") ? "localhost" : "")\(address)"
        let situations = DemoScenario.situations.map { situation in
            let title = situation.title + String(repeating: " ", count: max(0, 18 - situation.title.count))
            return "  \(title)\(situation.place): \(situation.text)"
        }
        return ["Demo: status page \(url)/, metrics \(url)\(web.telemetryPath). What to find there:"] + situations
    }

    /// Returns a source's settings. With discovery, only workspaces that do not exist are configured, to demonstrate a
    /// configuration error.
    private static func settings(_ source: DemoSource, baseURL: String) -> SourceSettings {
        // With the PUBLIC endpoints of other tenants, which v2 does not have.
        let filter = source.usesV2 ? EndpointFilter() : EndpointFilter(visibility: "ALL")
        var settings = SourceSettings(
            name: source.name, region: source.region, baseURL: baseURL, auth: .token(.value(Secret(source.token))),
            workspaces: source.workspaces.filter { source.cloud.workspace($0.id) == nil || !source.discovers }
                .map { WorkspaceSettings(id: $0.id, name: $0.name, filter: filter) })
        if source.discovers {
            settings.discovery = DiscoverySettings()
            settings.discovery?.interval = .seconds(30)
            settings.discovery?.filter = filter
        }
        if source.usesV2 {
            settings.api = .v2
            // Longer, because it takes several requests for each running pool.
            settings.collect.pools = .init(interval: .seconds(30))
        } else {
            settings.collect.serviceInstances = .init(interval: .seconds(10))
            // Longer, because it takes eight requests for each workspace.
            settings.collect.jobRuns = .init(interval: .seconds(30))
            settings.servicesURL = baseURL
        }
        settings.collect.quotas = .init(
            interval: .seconds(30), projectID: source.isTokenValid ? nil : source.cloud.identity.projects.first?.id)
        if source.isTokenValid { settings.auth = .password(logIn(to: source, iamURL: baseURL)) }
        return settings
    }

    /// Adds the exporter as a user of the source's cloud. An issued token expires, unlike a configured one.
    private static func logIn(to source: DemoSource, iamURL: String) -> PasswordSettings {
        source.cloud.updateIdentity { identity in
            identity.users = [(domain: "demo", name: "exporter", password: source.token)]
            identity.projects = identity.projects.map { ($0.id, source.region) }
        }
        return PasswordSettings(
            iamURL: iamURL, domain: "demo", user: "exporter", password: .value(Secret(source.token)),
            project: .name(source.region))
    }
}

extension DemoSource {
    fileprivate var isTokenValid: Bool { cloud.tokens.contains(token) }
}
