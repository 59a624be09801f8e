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
        let configuration = ExporterConfiguration(poll: poll, sources: sources)
        var companions: [@Sendable () async -> Void] = [{ await scenario.run() }]
        for server in servers { companions.append { try? await server.run() } }
        let run = ServeRun(configuration: configuration, web: settings, logger: logger) { configuration }
        try await run.run(
            until: signals, reloadingOn: ReloadSignals(), companions: companions, whenReady: ProgramPages.release)
    }

    /// Returns a source's settings. Existing workspaces are discovered; the others are configured, to demonstrate
    /// configuration errors.
    private static func settings(_ source: DemoSource, baseURL: String) -> SourceSettings {
        var settings = SourceSettings(
            name: source.name, region: source.name, baseURL: baseURL, auth: .token(.value(Secret(source.token))),
            workspaces: source.workspaces.filter { source.cloud.workspace($0.id) == nil || !source.isTokenValid }
                .map { WorkspaceSettings(id: $0.id, name: $0.name) })
        if source.isTokenValid {
            settings.discovery = DiscoverySettings()
            settings.discovery?.interval = .seconds(30)
            settings.auth = .password(logIn(to: source, iamURL: baseURL))
        }
        return settings
    }

    /// Adds the exporter as a user of the source's cloud. An issued token expires, unlike a configured one.
    private static func logIn(to source: DemoSource, iamURL: String) -> PasswordSettings {
        source.cloud.updateIdentity { identity in
            identity.users = [(domain: "demo", name: "exporter", password: source.token)]
            identity.projects = identity.projects.map { ($0.id, source.name) }
        }
        return PasswordSettings(
            iamURL: iamURL, domain: "demo", user: "exporter", password: .value(Secret(source.token)),
            project: .name(source.name))
    }
}

extension DemoSource {
    fileprivate var isTokenValid: Bool { cloud.tokens.contains(token) }
}
