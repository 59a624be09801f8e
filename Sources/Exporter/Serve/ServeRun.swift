// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Config
internal import Exposition
internal import HTTPServer
public import Logging
public import Polling
internal import ServiceLifecycle
internal import WebServer

/// `serve`: polls and serves metrics until SIGTERM or SIGINT.
public struct ServeRun: Sendable {
    /// The settings of the web server from the command line.
    public struct WebSettings: Sendable {
        /// The addresses to listen on, as `host:port`.
        public var listenAddresses = [":9942"]
        /// The path of the metrics.
        public var telemetryPath = "/metrics"
        /// The maximum number of concurrent requests, beyond which the response is 503; 0 disables the limit.
        public var maximumRequests = 40
        /// Whether `POST /-/reload` is enabled.
        public var enablesLifecycle = false
        /// The URL at which Prometheus reaches this process; nil for the request's `Host`.
        public var externalURL: String?
        /// The path of the web configuration file; nil for plain HTTP without authentication.
        public var configFile: String?
        /// The additional plain-HTTP address for health checks; nil if there is none.
        public var healthListenAddress: String?
        /// Whether to listen on the sockets passed by systemd instead of the addresses.
        public var usesSystemdSockets = false

        /// Creates the default settings.
        public init() {}

        /// Validates the settings.
        /// - Throws: ``ExporterError`` for the first invalid setting.
        public func validate() throws(ExporterError) {
            var addresses = listenAddresses.map { (flag: "--web.listen-address", text: $0) }
            if let healthListenAddress { addresses.append(("--web.health-listen-address", healthListenAddress)) }
            for (flag, text) in addresses {
                do { _ = try ListenAddress(text) } catch { throw ExporterError("\(flag): \(error)") }
            }
            guard telemetryPath.hasPrefix("/"), !MetricsServer.isReserved(telemetryPath) else {
                throw ExporterError(
                    "--web.telemetry-path \(telemetryPath): must start with / and differ from the exporter's other paths"
                )
            }
            guard maximumRequests >= 0 else {
                throw ExporterError("--web.max-requests \(maximumRequests): must be at least 0 (no limit)")
            }
            if let externalURL, ExternalURL(externalURL) == nil {
                // A URL with a user may contain a password.
                let shown = externalURL.contains("@") ? "" : " \(externalURL)"
                throw ExporterError(
                    "--web.external-url\(shown): must be an http or https URL without a user, such as "
                        + "http://exporter.example:9942/")
            }
            if let configFile {
                _ = try WebAccess(path: configFile, logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
            }
        }
    }

    private let configuration: ExporterConfiguration
    private let configurationFile: String?
    private let web: WebSettings
    private let shard: Shard
    private let logger: Logger
    private let reread: @Sendable () throws -> ExporterConfiguration

    /// Creates a run of a validated configuration.
    /// - Parameters:
    ///   - configurationFile: the path of the configuration, for the log; nil if it does not come from a file.
    ///   - shard: the shard of workspaces to poll.
    ///   - reread: reads and validates the configuration again for a reload; may block.
    public init(
        configuration: ExporterConfiguration, configurationFile: String? = nil, web: WebSettings, shard: Shard = .whole,
        logger: Logger,
        reread: @escaping @Sendable () throws -> ExporterConfiguration
    ) {
        self.configuration = configuration
        self.configurationFile = configurationFile
        self.web = web
        self.shard = shard
        self.logger = logger
        self.reread = reread
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Parameters:
    ///   - signals: the stop signals, received since before the configuration was read, which may block.
    ///   - reloads: the reload signals, received since then.
    ///   - companions: additional services, stopped last.
    ///   - whenReady: called once after startup.
    /// - Throws: ``ExporterError`` if startup fails.
    public func run(
        until signals: StopSignals, reloadingOn reloads: ReloadSignals, companions: [@Sendable () async -> Void] = [],
        whenReady: () -> Void = {}
    ) async throws {
        logger.notice("starting", metadata: startMetadata)
        let notifier = SystemdNotifier.take()
        let access = try web.configFile.map { path throws(ExporterError) in try WebAccess(path: path, logger: logger) }
        let exporter = try await Exporter(configuration, shard: shard, keepsRecords: true, logger: logger)
        let clock = SystemClock()
        let reloader = Reloader(exporter: exporter, clock: clock, logger: logger, notifier: notifier, read: reread)
        var reload: (@Sendable () async -> String?)?
        if web.enablesLifecycle { reload = { await reloader.reload() } }
        let server = MetricsServer(
            telemetryPath: web.telemetryPath, maximumRequests: web.maximumRequests,
            version: BuildInformation.version, externalURL: web.externalURL.flatMap { ExternalURL($0) },
            pages: PageCache(registry: .exporter, source: exporter), counters: exporter.requestCounters,
            status: { exporter.statusReport() }, access: { access?.rules ?? AccessRules() },
            isReady: { exporter.isReady }, isHealthy: { exporter.isHealthy }, reload: reload)
        var listeners: [WebService] = []
        var settings = ListenerSettings(addresses: [])
        if web.usesSystemdSockets {
            settings.boundSockets = try ActivatedSockets.take()
        } else {
            settings.addresses = try web.listenAddresses.map { try ListenAddress($0) }
        }
        settings.tls = { access?.tls }
        let listener = try await Self.listen(settings, logger) { await server.handle($0) }
        listeners.append(WebService(listener: listener))
        for address in listener.boundAddresses {
            logger.notice(
                "listening",
                metadata: [
                    "address": "\(address)", "telemetry_path": "\(web.telemetryPath)",
                    "tls": .stringConvertible(access?.tls != nil),
                ])
        }
        if let address = web.healthListenAddress {
            var settings = ListenerSettings(addresses: [try ListenAddress(address)])
            settings.maxConnections = 64
            let listener = try await Self.listen(settings, logger) { await server.handleProbe($0) }
            listeners.append(WebService(listener: listener))
            for address in listener.boundAddresses {
                logger.notice("listening for health checks", metadata: ["address": "\(address)"])
            }
        }
        // Services are stopped in reverse order: reloads first, because requests in flight may wait for them.
        var services: [any Service] = companions.map { BackgroundService(body: $0) }
        if let access { services.append(BackgroundService.every(.seconds(1), clock) { await access.refresh() }) }
        services += [
            PollingService(exporter: exporter, notifier: notifier),
            BackgroundService { await Self.watchSecrets(of: exporter, clock) },
            Self.watch(exporter, clock, notifier),
        ]
        services += listeners
        services.append(ReloadService(signals: reloads, reloader: reloader))
        var group = ServiceGroupConfiguration(services: services, logger: Self.quiet(logger))
        group.maximumGracefulShutdownDuration = .seconds(4)
        // With a cancellation limit the group would abort the process; StopSignals exits with status 0 instead.
        group.maximumCancellationDuration = nil
        whenReady()
        try await Self.run(ServiceGroup(configuration: group), until: signals, notifier, logger)
        logger.notice("stopped")
    }

    /// The fields of the start line.
    private var startMetadata: Logger.Metadata {
        let sources = configuration.sources.map { source in
            let configured = "\(source.workspaces.count) workspace\(source.workspaces.count == 1 ? "" : "s")"
            let parts = (source.workspaces.isEmpty ? [] : [configured]) + (source.discovery == nil ? [] : ["discovery"])
            return "\(source.name) (\(parts.joined(separator: " and ")))"
        }
        var metadata: Logger.Metadata = [
            "version": "\(BuildInformation.version)", "revision": "\(BuildInformation.revision)",
            "sources": "\(sources.joined(separator: ", "))",
        ]
        if let configurationFile { metadata["config_file"] = "\(configurationFile)" }
        if shard.total > 1 {
            metadata["shard"] = .stringConvertible(shard.ordinal)
            metadata["shards"] = .stringConvertible(shard.total)
        }
        return metadata
    }

    /// Returns a service that detects stalled polls, confirms failures that may be due to the credential, and feeds
    /// systemd's watchdog as long as polls end.
    static func watch(
        _ exporter: Exporter, _ clock: any ExporterClock, _ notifier: SystemdNotifier?
    ) -> BackgroundService {
        .every(notifier?.tick ?? .seconds(1), clock) {
            await exporter.watch()
            notifier?.report(isHealthy: exporter.isHealthy, status: { exporter.summary }, now: clock.now)
        }
    }

    /// Checks every second whether sources without a credential can get one, and polls them at once if so. The checks
    /// run concurrently, so that a slow secret file or IAM delays only its own source.
    private static func watchSecrets(of exporter: Exporter, _ clock: any ExporterClock) async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                try? await clock.sleep(until: clock.now + .seconds(1))
                for source in exporter.takeUnwatched() {
                    group.addTask { await exporter.pollIfCredentialChanged(source) }
                }
            }
        }
    }

    private static func run(
        _ group: ServiceGroup, until signals: StopSignals, _ notifier: SystemdNotifier?, _ logger: Logger
    ) async throws {
        signals.onStop {
            notifier?.noteStop()
            Task { await group.triggerGracefulShutdown() }
        }
        do { try await group.run() } catch {
            guard signals.isStopping else { throw error }
            // Errors of services during shutdown don't change the exit status.
            logger.debug("service failed during shutdown", metadata: ["error": "\(error)"])
        }
    }

    private static func listen(
        _ settings: ListenerSettings, _ logger: Logger, _ handler: @escaping Listener.Handler
    ) async throws -> Listener {
        do { return try await Listener.bind(settings, logger: logger, handler: handler) } catch let error
            as ListenFailure
        {
            throw ExporterError(error.description)
        }
    }

    /// Returns a logger without the service group's info and debug messages, which are of no use to operators.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}
