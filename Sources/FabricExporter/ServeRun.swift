// SPDX-License-Identifier: Apache-2.0
internal import Clocks
public import ExporterConfig
internal import Exposition
internal import HTTPListener
public import Logging
internal import MetricsServer
internal import ServiceLifecycle
internal import UnixSignals

/// `serve`: polls and answers scrapes until a signal ends it.
public struct ServeRun: Sendable {
    /// What the command line says about the web server.
    public struct WebSettings: Sendable {
        /// Where to listen, as `host:port`.
        public var listenAddresses: [String]
        /// Where metrics are served.
        public var telemetryPath: String
        /// Requests in flight beyond which 503 is answered.
        public var maximumRequests: Int
        /// Whether `POST /-/reload` reloads.
        public var enablesLifecycle: Bool
        /// Under which `host[:port]` Prometheus reaches this process; nil: as it asked.
        public var externalHost: String?

        /// Settings of these values.
        public init(
            listenAddresses: [String], telemetryPath: String, maximumRequests: Int, enablesLifecycle: Bool = false,
            externalHost: String? = nil
        ) {
            self.listenAddresses = listenAddresses
            self.telemetryPath = telemetryPath
            self.maximumRequests = maximumRequests
            self.enablesLifecycle = enablesLifecycle
            self.externalHost = externalHost
        }

        /// Checks the settings.
        /// - Throws: ``ExporterError`` with what is wrong.
        public func validate() throws(ExporterError) {
            for address in listenAddresses {
                do { _ = try ListenAddress(address) } catch {
                    throw ExporterError("--web.listen-address \(address): \(error)")
                }
            }
            guard telemetryPath.hasPrefix("/"), !MetricsServer.ownPaths.contains(telemetryPath) else {
                throw ExporterError(
                    "--web.telemetry-path \(telemetryPath): must begin with / and be none of the exporter's other paths"
                )
            }
            guard maximumRequests >= 0 else {
                throw ExporterError("--web.max-requests \(maximumRequests): must be 0 (no limit) or more")
            }
        }
    }

    private let configuration: ExporterConfiguration
    private let web: WebSettings
    private let logger: Logger
    private let reread: @Sendable () async throws -> ExporterConfiguration

    /// A run of a checked configuration.
    /// - Parameter reread: reads and checks the configuration again, for a reload; its errors tell what is wrong.
    public init(
        configuration: ExporterConfiguration, web: WebSettings, logger: Logger,
        reread: @escaping @Sendable () async throws -> ExporterConfiguration
    ) {
        self.configuration = configuration
        self.web = web
        self.logger = logger
        self.reread = reread
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Parameter companions: services to run beside, stopped last.
    /// - Throws: ``ExporterError`` when it cannot begin.
    public func run(companions: [@Sendable () async -> Void] = []) async throws {
        let exporter = try await Exporter(configuration, mode: .serving, logger: logger)
        let clock = SystemClock()
        let reloader = Reloader(exporter: exporter, clock: clock, logger: logger, read: reread)
        var reload: (@Sendable () async -> String?)?
        if web.enablesLifecycle { reload = { await reloader.reload() } }
        let server = MetricsServer(
            settings: .init(
                telemetryPath: web.telemetryPath, maximumRequests: web.maximumRequests,
                version: BuildInformation.version, externalHost: web.externalHost),
            pages: PageCache(catalogue: .exporter, source: exporter), counters: exporter.requestCounters,
            status: { exporter.statusReport() }, isReady: { exporter.isReady }, reload: reload)
        let addresses = try web.listenAddresses.map { try ListenAddress($0) }
        let listener: Listener
        do {
            listener = try await Listener.bind(ListenerSettings(addresses: addresses), logger: logger) {
                await server.answer($0)
            }
        } catch let error as ListenFailure {
            throw ExporterError(error.description)
        }
        for address in listener.boundAddresses {
            logger.notice(
                "Listening.", metadata: ["address": "\(address)", "telemetry_path": "\(web.telemetryPath)"])
        }
        let background: [any Service] = companions.map { BackgroundService(body: $0) }
        var group = ServiceGroupConfiguration(
            services: background + [
                PollingService(exporter: exporter), SecretWatchService(exporter: exporter, clock: clock),
                ReloadService(reloader: reloader), WebService(listener: listener),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger))
        group.maximumGracefulShutdownDuration = .seconds(4)
        group.maximumCancellationDuration = .milliseconds(500)
        try await ServiceGroup(configuration: group).run()
        logger.notice("Stopped.")
    }

    /// The service group tells each of its steps at info and debug level; an operator needs none of them.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}
