// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Config
internal import Exposition
internal import HTTPServer
public import Logging
public import Polling
internal import ServiceLifecycle
internal import WebServer

/// `serve`: polls and answers scrapes until a signal ends it.
public struct ServeRun: Sendable {
    /// What the command line says about the web server.
    public struct WebSettings: Sendable {
        /// Where to listen, as `host:port`.
        public var listenAddresses = [":9942"]
        /// Where metrics are served.
        public var telemetryPath = "/metrics"
        /// Requests in flight beyond which 503 is answered.
        public var maximumRequests = 40
        /// Whether `POST /-/reload` reloads.
        public var enablesLifecycle = false
        /// Under which `host[:port]` Prometheus reaches this process; nil: as it asked.
        public var externalHost: String?
        /// The file of TLS, users and headers; nil: plain HTTP for anybody.
        public var configFile: String?
        /// Where health checks are answered besides, by plain HTTP; nil: nowhere else.
        public var healthListenAddress: String?
        /// Whether to listen on the sockets that systemd hands over, in place of the addresses.
        public var usesSystemdSockets = false

        /// The settings of a command line that says nothing.
        public init() {}

        /// Checks the settings.
        /// - Throws: ``ExporterError`` with what is wrong.
        public func validate() throws(ExporterError) {
            var addresses = listenAddresses.map { (flag: "--web.listen-address", text: $0) }
            if let healthListenAddress { addresses.append(("--web.health-listen-address", healthListenAddress)) }
            for (flag, text) in addresses {
                do { _ = try ListenAddress(text) } catch { throw ExporterError("\(flag) \(text): \(error)") }
            }
            guard telemetryPath.hasPrefix("/"), !MetricsServer.reservedPaths.contains(telemetryPath) else {
                throw ExporterError(
                    "--web.telemetry-path \(telemetryPath): must begin with / and be none of the exporter's other paths"
                )
            }
            guard maximumRequests >= 0 else {
                throw ExporterError("--web.max-requests \(maximumRequests): must be 0 (no limit) or more")
            }
            if let configFile {
                _ = try WebAccess(path: configFile, logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
            }
        }
    }

    private let configuration: ExporterConfiguration
    private let web: WebSettings
    private let shard: Shard
    private let logger: Logger
    private let reread: @Sendable () throws -> ExporterConfiguration

    /// A run of a checked configuration.
    /// - Parameters:
    ///   - shard: which of the workspaces are polled.
    ///   - reread: reads and checks the configuration again, for a reload; may block; its errors tell what is wrong.
    public init(
        configuration: ExporterConfiguration, web: WebSettings, shard: Shard = .whole, logger: Logger,
        reread: @escaping @Sendable () throws -> ExporterConfiguration
    ) {
        self.configuration = configuration
        self.web = web
        self.shard = shard
        self.logger = logger
        self.reread = reread
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Parameters:
    ///   - signals: handled since before the configuration was read, which may hang too.
    ///   - reloads: kept since then.
    ///   - companions: services to run beside, stopped last.
    ///   - whenReady: called once, when everything that is needed for a start has been done.
    /// - Throws: ``ExporterError`` when it cannot begin.
    public func run(
        until signals: StopSignals, reloadingOn reloads: ReloadSignals, companions: [@Sendable () async -> Void] = [],
        whenReady: () -> Void = {}
    ) async throws {
        let access = try web.configFile.map { path throws(ExporterError) in try WebAccess(path: path, logger: logger) }
        let exporter = try await Exporter(configuration, shard: shard, logger: logger)
        if shard.total > 1 {
            logger.notice(
                "Polling one shard of the workspaces.",
                metadata: ["shard": "\(shard.ordinal)", "shards": "\(shard.total)"])
        }
        let clock = SystemClock()
        let reloader = Reloader(exporter: exporter, clock: clock, logger: logger, read: reread)
        var reload: (@Sendable () async -> String?)?
        if web.enablesLifecycle { reload = { await reloader.reload() } }
        let server = MetricsServer(
            telemetryPath: web.telemetryPath, maximumRequests: web.maximumRequests,
            version: BuildInformation.version, externalHost: web.externalHost,
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
                "Listening.",
                metadata: [
                    "address": "\(address)", "telemetry_path": "\(web.telemetryPath)",
                    "tls": "\(access?.tls != nil)",
                ])
        }
        if let address = web.healthListenAddress {
            var settings = ListenerSettings(addresses: [try ListenAddress(address)])
            settings.maxConnections = 64
            let listener = try await Self.listen(settings, logger) { await server.handleProbe($0) }
            listeners.append(WebService(listener: listener))
            for address in listener.boundAddresses {
                logger.notice("Listening for health checks.", metadata: ["address": "\(address)"])
            }
        }
        // Stopped in reverse order: reloads first, because requests in flight may wait for them.
        var services: [any Service] = companions.map { BackgroundService(body: $0) }
        if let access { services.append(BackgroundService.everySecond(clock) { await access.refresh() }) }
        services += [
            PollingService(exporter: exporter), BackgroundService { await Self.watchSecrets(of: exporter, clock) },
            // Looks for polls that do not end, and has a credential tried at once that is in doubt.
            BackgroundService.everySecond(clock) { await exporter.watch() },
        ]
        services += listeners
        services.append(ReloadService(signals: reloads, reloader: reloader))
        var group = ServiceGroupConfiguration(services: services, logger: Self.quiet(logger))
        group.maximumGracefulShutdownDuration = .seconds(4)
        // After a time for cancellation the group would abort the process; StopSignals ends it with status 0 instead.
        group.maximumCancellationDuration = nil
        whenReady()
        try await Self.run(ServiceGroup(configuration: group), until: signals, logger)
        logger.notice("Stopped.")
    }

    /// Looks every second whether a source that fails for want of a credential can get one, and polls it at once if it
    /// can. A source whose secret file or IAM takes long delays no other.
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

    private static func run(_ group: ServiceGroup, until signals: StopSignals, _ logger: Logger) async throws {
        signals.onStop { Task { await group.triggerGracefulShutdown() } }
        do { try await group.run() } catch {
            guard signals.isStopping else { throw error }
            // Whatever error a service ends with, the process was asked to stop and does.
            logger.debug("a service ended with an error", metadata: ["error": "\(error)"])
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

    /// The service group tells each of its steps at info and debug level; an operator needs none of them.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}
