// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Config
import Exporter
import Logging

/// The flags of the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .customLong("config.file"), help: "Configuration file (YAML).")
    var file: String?

    @Option(name: .customLong("region"), help: "Region (only without --config.file).")
    var region: String?

    @Option(
        name: .customLong("workspace"), parsing: .singleValue,
        help: ArgumentHelp("Workspace to poll, repeatable (only without --config.file).", valueName: "id[=name]"))
    var workspaces: [String] = []

    @Option(name: .customLong("token-file"), help: "File with a project-scoped IAM token (only without --config.file).")
    var tokenFile: String?

    /// Reads and validates the configuration.
    /// - Parameter requiresSecrets: whether a missing or empty secret file is an error.
    /// - Throws: ``ExitError`` with all errors.
    func read(requiresSecrets: Bool = false) throws -> ExporterConfiguration {
        if file != nil, region != nil || !workspaces.isEmpty || tokenFile != nil {
            throw ExitError(
                ExitError.usage, "--region, --workspace and --token-file cannot be combined with --config.file")
        }
        do throws(ConfigurationProblems) { return try reread(requiresSecrets: requiresSecrets) } catch {
            throw ExitError(ExitError.usage, "invalid configuration", [error.description])
        }
    }

    /// Reads and validates the configuration again.
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

/// The flags of logging.
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

    @Option(name: .customLong("log.level"), help: "Minimum log level.")
    var level = Level.info

    @Option(name: .customLong("log.format"), help: "Log output format.")
    var format = Format.logfmt

    /// Returns the value of `--log.format` in arguments that may be invalid otherwise; logfmt if it is missing or
    /// invalid.
    static func requestedFormat(_ arguments: [String]) -> LineLogHandler.Format {
        let flag = "--log.format"
        var format = LineLogHandler.Format.logfmt
        for (index, argument) in arguments.enumerated() {
            let value: Substring
            if argument == flag {
                value = arguments.dropFirst(index + 1).first?[...] ?? ""
            } else if argument.hasPrefix(flag + "=") {
                value = argument.dropFirst(flag.count + 1)
            } else {
                continue
            }
            format = LineLogHandler.Format(rawValue: String(value)) ?? .logfmt
        }
        return format
    }

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

    @Option(name: .customLong("web.telemetry-path"), help: "Path of the metrics.")
    var telemetryPath = "/metrics"

    @Option(
        name: .customLong("web.max-requests"), parsing: .unconditional,
        help: "Maximum number of concurrent requests; 0 disables the limit.")
    var maximumRequests = 40

    @Option(
        name: .customLong("web.external-url"),
        help: "URL at which Prometheus reaches the exporter; sets the targets of /sd.")
    var externalURL: String?

    @Option(
        name: .customLong("web.config.file"),
        help: "exporter-toolkit web configuration file (TLS, basic authentication, headers).")
    var configFile: String?

    @Option(
        name: .customLong("web.health-listen-address"),
        help: "Additional plain-HTTP address for health checks (/-/healthy, /-/ready).")
    var healthListenAddress: String?

    @Flag(
        name: .customLong("web.systemd-socket"),
        help: "Listen on sockets passed by systemd instead of --web.listen-address.")
    var usesSystemdSockets = false

    @Flag(name: .customLong("web.enable-lifecycle"), help: "Enable reloading through POST /-/reload.")
    var enablesLifecycle = false

    /// Returns the validated settings.
    /// - Throws: ``ExitError`` for an invalid flag.
    func settings() throws -> ServeRun.WebSettings {
        if usesSystemdSockets, !listenAddresses.isEmpty {
            throw ExitError(
                ExitError.usage, "--web.systemd-socket and --web.listen-address are mutually exclusive; set one")
        }
        var settings = ServeRun.WebSettings()
        if !listenAddresses.isEmpty { settings.listenAddresses = listenAddresses }
        settings.telemetryPath = telemetryPath
        settings.maximumRequests = maximumRequests
        settings.enablesLifecycle = enablesLifecycle
        settings.externalURL = externalURL
        settings.configFile = configFile
        settings.healthListenAddress = healthListenAddress
        settings.usesSystemdSockets = usesSystemdSockets
        do { try settings.validate() } catch { throw ExitError(ExitError.usage, error.description) }
        return settings
    }
}
