// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Config
import Exporter
import Logging

/// Where the configuration comes from.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .customLong("config.file"), help: "The configuration file (YAML).")
    var file: String?

    @Option(name: .customLong("region"), help: "Without a file: the region of the one source.")
    var region: String?

    @Option(
        name: .customLong("workspace"), parsing: .singleValue,
        help: ArgumentHelp("Without a file: a workspace, repeatable.", valueName: "id[=name]"))
    var workspaces: [String] = []

    @Option(name: .customLong("token-file"), help: "Without a file: a file with a project-scoped IAM token.")
    var tokenFile: String?

    /// Reads and checks the configuration.
    /// - Parameter requiresSecrets: whether a secret file that is missing or empty is a problem.
    /// - Throws: ``ProgramEnd`` with every problem.
    func read(requiresSecrets: Bool = false) throws -> ExporterConfiguration {
        if file != nil, region != nil || !workspaces.isEmpty || tokenFile != nil {
            throw ProgramEnd(
                ProgramEnd.usage, "--region, --workspace and --token-file make a configuration without --config.file")
        }
        do throws(ConfigurationProblems) { return try reread(requiresSecrets: requiresSecrets) } catch {
            throw ProgramEnd(ProgramEnd.usage, error.description)
        }
    }

    /// Reads the configuration from where it came.
    func reread(requiresSecrets: Bool = false) throws(ConfigurationProblems) -> ExporterConfiguration {
        let environment = ProcessEnvironment.variables()
        if let file {
            return try ConfigurationReader.read(
                file: file, environment: environment, requiresSecrets: requiresSecrets)
        }
        return try ConfigurationReader.fromFlags(
            region: region, workspaces: workspaces, tokenFile: tokenFile, environment: environment,
            requiresSecrets: requiresSecrets)
    }
}

/// What is logged, and how.
struct LogOptions: ParsableArguments {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case debug, info, warn, error

        var level: Logger.Level {
            switch self {
            case .debug: .debug
            case .info: .info
            case .warn: .warning
            case .error: .error
            }
        }
    }

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case logfmt, json
    }

    @Option(name: .customLong("log.level"), help: "Lowest level logged.")
    var level = Level.info

    @Option(name: .customLong("log.format"), help: "Spelling of a log line.")
    var format = Format.logfmt

    func logger() -> Logger {
        let format: LineLogHandler.Format = format == .json ? .json : .logfmt
        let level = level.level
        return Logger(label: "dataarts-fabric-exporter") { _ in LineLogHandler(format: format, level: level) }
    }
}

/// The web server's flags.
struct WebOptions: ParsableArguments {
    @Option(
        name: .customLong("web.listen-address"), parsing: .singleValue,
        help: "Address to listen on, repeatable (default: :9942).")
    var listenAddresses: [String] = []

    @Option(name: .customLong("web.telemetry-path"), help: "Path under which metrics are served.")
    var telemetryPath = "/metrics"

    @Option(
        name: .customLong("web.max-requests"), parsing: .unconditional,
        help: "Requests in flight beyond which 503 is answered; 0: no limit.")
    var maximumRequests = 40

    @Option(
        name: .customLong("web.external-url"),
        help: "URL under which Prometheus reaches this process; its host is the target of /sd.")
    var externalURL: String?

    @Option(
        name: .customLong("web.config.file"),
        help: "File with TLS, users and headers, in the format that Prometheus' exporters share.")
    var configFile: String?

    @Option(
        name: .customLong("web.health-listen-address"),
        help: "Address on which /-/healthy and /-/ready are answered besides, by plain HTTP.")
    var healthListenAddress: String?

    @Flag(
        name: .customLong("web.systemd-socket"),
        help: "Listen on the sockets that systemd hands over, in place of --web.listen-address.")
    var usesSystemdSockets = false

    @Flag(name: .customLong("web.enable-lifecycle"), help: "Reload the configuration on POST /-/reload.")
    var enablesLifecycle = false

    /// The settings, checked.
    func settings() throws -> ServeRun.WebSettings {
        if usesSystemdSockets, !listenAddresses.isEmpty {
            throw ProgramEnd(ProgramEnd.usage, "--web.systemd-socket takes the place of --web.listen-address; give one")
        }
        var settings = ServeRun.WebSettings()
        if !listenAddresses.isEmpty { settings.listenAddresses = listenAddresses }
        settings.telemetryPath = telemetryPath
        settings.maximumRequests = maximumRequests
        settings.enablesLifecycle = enablesLifecycle
        settings.externalHost = try externalURL.map { try Self.host(ofURL: $0) }
        settings.configFile = configFile
        settings.healthListenAddress = healthListenAddress
        settings.usesSystemdSockets = usesSystemdSockets
        do { try settings.validate() } catch { throw ProgramEnd(ProgramEnd.usage, error.description) }
        return settings
    }
}

extension WebOptions {
    /// The `host[:port]` of a URL.
    /// - Throws: ``ProgramEnd`` when it has none.
    static func host(ofURL url: String) throws -> String {
        for scheme in ["http://", "https://"] where url.hasPrefix(scheme) {
            let rest = url.dropFirst(scheme.count)
            let host = rest.prefix { !"/?#".contains($0) }
            if !host.isEmpty, !host.contains(where: { $0 == "@" || $0.isWhitespace }), host.first != ":" {
                return String(host)
            }
        }
        throw ProgramEnd(
            ProgramEnd.usage, "--web.external-url \(url): must be like http://exporter.example:9942/, without a user")
    }
}
