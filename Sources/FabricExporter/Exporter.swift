internal import Aggregation
// SPDX-License-Identifier: Apache-2.0
public import Clocks
internal import CurlTransport
public import ExporterConfig
public import Exposition
internal import FabricAPI
internal import FabricModel
public import Logging
internal import MetricsServer
internal import Polling
internal import Transport

/// The components of one exporter, wired: sources with their clients, a poller for each workspace, the store between
/// pollers and pages.
public final class Exporter: Sendable {
    /// Whether the process goes on after one poll of each workspace.
    public enum Mode: Sendable {
        /// Polls go on; each listing is remembered for the next.
        case serving
        /// Every workspace is polled once.
        case once
    }

    private let engine: CurlEngine
    private let clients: [(name: String, client: SourceClient)]
    private let pollers: [WorkspacePoller]
    private let store: SnapshotStore
    private let clock: any ExporterClock
    private let interval: Duration
    private let startedAt: ContinuousClock.Instant
    private let loadedAt: Int64
    let requestCounters = RequestCounters()

    /// An exporter for a checked configuration.
    /// - Throws: ``ExporterError`` when the HTTP engine cannot start or a source cannot be made.
    public init(
        _ configuration: ExporterConfiguration, mode: Mode, clock: any ExporterClock = SystemClock(), logger: Logger
    ) throws(ExporterError) {
        for warning in configuration.warnings { logger.warning("\(warning)") }
        do { engine = try CurlEngine() } catch { throw ExporterError("cannot start libcurl: \(error)") }
        let factory = SourceFactory(
            engine: engine, slots: ExchangeSlots(count: configuration.poll.concurrency), poll: configuration.poll,
            clock: clock)
        var sources: [Source] = []
        for settings in configuration.sources { sources.append(try factory.make(settings)) }
        let store = SnapshotStore(
            workspaces: sources.flatMap(\.entries).map(\.workspace), interval: configuration.poll.interval,
            staleAfter: configuration.poll.staleAfter, clock: clock)
        let tally = EndpointTally.Settings(
            details: DetailLevel(configuration.metrics.endpointDetails),
            maximumDetails: configuration.metrics.maxEndpointDetails, remembers: mode == .serving)
        let timing = PollTiming(
            interval: configuration.poll.interval, exchangeTimeout: configuration.poll.timeout)
        pollers = sources.flatMap { source in
            source.entries.map { entry in
                WorkspacePoller(
                    workspace: entry.workspace, filter: entry.filter, client: source.client, store: store,
                    tally: tally, timing: timing, clock: clock, logger: logger)
            }
        }
        clients = sources.map { ($0.name, $0.client) }
        self.store = store
        self.clock = clock
        interval = configuration.poll.interval
        startedAt = clock.now
        loadedAt = clock.wallMicroseconds
    }

    /// Polls every workspace, again and again, until the task is cancelled.
    func pollForever() async {
        await withDiscardingTaskGroup { group in
            for poller in pollers { group.addTask { await poller.run() } }
        }
    }

    /// Polls every workspace once.
    func pollOnce() async {
        await withDiscardingTaskGroup { group in
            for poller in pollers { group.addTask { await poller.poll() } }
        }
    }

    /// The workspaces whose last poll failed.
    var failing: [WorkspaceKey] { store.failing }

    /// Whether every workspace has been polled once; true at the latest after two intervals, because a readiness check
    /// must not keep a process from serving what it has.
    var isReady: Bool { store.isEveryWorkspacePolled || clock.now >= startedAt + interval * 2 }

    /// Ends every exchange and the thread that carries them out.
    func shutDown() async { await engine.shutdown() }

    /// A page of everything but what would collide with another program's page: `process_*`, the exporter's own HTTP
    /// and reload families.
    func renderAlone(_ format: ExpositionFormat) -> [UInt8] {
        Catalogue.exporter.render(
            format,
            fragments: store.fragments() + SourceFamilies.fragments(of: clients, clock: clock)
                + [ExporterFamilies.buildFragment()])
    }
}

extension Exporter: FragmentSource {
    /// See `FragmentSource`.
    public var version: UInt64 { store.version }

    /// See `FragmentSource`.
    public func fragments() -> [Fragment] {
        store.fragments()
            + [ExporterFamilies.buildFragment(), ExporterFamilies.configurationFragment(loadedAt: loadedAt)]
    }

    /// What moves without a poll having ended, and costs little: sources, the web server, the process.
    public func liveFragments() -> [Fragment] {
        SourceFamilies.fragments(of: clients, clock: clock) + [requestCounters.fragment(), ProcessMetrics.fragment()]
    }

    /// See `FragmentSource`.
    public var liveFamilies: Set<String> { Self.liveFamilyNames }

    private static let liveFamilyNames = Set(
        (SourceFamilies.chapter.families + ServerFamilies.families + ProcessMetrics.families).map(\.name))
}

extension DetailLevel {
    fileprivate init(_ details: EndpointDetails) {
        switch details {
        case .problems: self = .problems
        case .all: self = .all
        case .none: self = .none
        }
    }
}
