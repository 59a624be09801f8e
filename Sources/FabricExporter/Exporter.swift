// SPDX-License-Identifier: Apache-2.0
internal import Aggregation
public import Clocks
internal import CurlTransport
public import ExporterConfig
public import Exposition
internal import FabricAPI
internal import FabricModel
public import Logging
internal import MetricsServer
internal import Polling
internal import StatusReport
import Synchronization

/// The components of one exporter, wired: sources with their clients, a fleet of pollers, the store between pollers and
/// pages.
public final class Exporter: Sendable {
    /// Whether the process goes on after one poll of each workspace.
    public enum Mode: Sendable {
        /// Polls go on; each listing is remembered for the next.
        case serving
        /// Every workspace is polled once.
        case once
    }

    private let mode: Mode
    private let environment: [String: String]
    private let engine: CurlEngine
    private let store: SnapshotStore
    private let surroundings: SourceSupervisor.Surroundings
    private let clock: any ExporterClock
    private let logger: Logger
    private let startedAt: ContinuousClock.Instant
    private let interval: Mutex<Duration>
    private let sources = Mutex(Sources())
    private struct Sources {
        var byName: [String: SourceSupervisor] = [:]
        var regions: [String: String] = [:]
        var areRunning = false
        /// Names of those whose credential is being looked at.
        var watched: Set<String> = []
    }

    private let renderedSources: SourceFragments
    let requestCounters = RequestCounters()
    let reloads: ReloadRecord

    /// An exporter for a checked configuration; nothing is polled yet.
    /// - Parameters:
    ///   - shard: which of the workspaces are polled.
    ///   - environment: the variables that `auth: environment` draws on.
    /// - Throws: ``ExporterError`` when the HTTP engine cannot start or a source cannot be made.
    public init(
        _ configuration: ExporterConfiguration, mode: Mode, shard: ShardChoice = .whole,
        clock: any ExporterClock = SystemClock(),
        environment: [String: String] = ProcessEnvironment.variables(), logger: Logger
    ) async throws(ExporterError) {
        self.mode = mode
        self.environment = environment
        self.clock = clock
        self.logger = logger
        do { engine = try CurlEngine() } catch { throw ExporterError("cannot start libcurl: \(error)") }
        store = SnapshotStore(
            workspaces: [], interval: configuration.poll.interval, staleAfter: configuration.poll.staleAfter,
            clock: clock)
        surroundings = SourceSupervisor.Surroundings(
            limiter: RequestLimiter(concurrency: configuration.poll.concurrency, clock: clock),
            fleet: PollFleet(store: store, clock: clock, logger: logger), discoveries: DiscoveryStore(), clock: clock,
            logger: logger, shard: shard.shard)
        interval = Mutex(configuration.poll.interval)
        startedAt = clock.now
        renderedSources = SourceFragments(clock: clock)
        reloads = ReloadRecord(loadedAt: clock.wallMicroseconds)
        do { try await apply(configuration) } catch {
            await engine.shutdown()
            throw error
        }
    }

    /// Goes on with another configuration. What did not change keeps its snapshots, counters and schedule; requests from
    /// now on use new connections; what left goes at once. Calls must not overlap.
    /// - Throws: ``ExporterError`` when a source cannot be made; then nothing has changed.
    func apply(_ configuration: ExporterConfiguration) async throws(ExporterError) {
        let factory = SourceFactory(engine: engine, poll: configuration.poll, environment: environment)
        let manner = Self.manner(configuration, mode)
        let known = sources.withLock { $0.byName }
        var next: [String: SourceSupervisor] = [:]
        for settings in configuration.sources {
            // Made before anything is changed, so that one bad source leaves all as it was.
            try factory.checkCredentials(settings)
            if let source = known[settings.name] {
                next[settings.name] = source
            } else {
                next[settings.name] = try SourceSupervisor(
                    settings, factory: factory, manner: manner, surroundings: surroundings)
            }
        }
        for warning in configuration.warnings { logger.warning("\(warning)") }
        for missing in configuration.missingSecrets {
            logger.warning("\(missing); polls that need it fail with reason credentials until it has content")
        }
        surroundings.limiter.resize(to: configuration.poll.concurrency)
        store.configure(
            interval: configuration.poll.interval, staleAfter: configuration.poll.staleAfter,
            stallAfter: manner.timing.stallAfter)
        interval.withLock { $0 = configuration.poll.interval }
        for (name, source) in known where next[name] == nil { await source.leave() }
        let now = next
        let regions = Dictionary(
            configuration.sources.compactMap { source in source.region.map { (source.name, $0) } },
            uniquingKeysWith: { first, _ in first })
        let areRunning = sources.withLock { sources in
            sources.byName = now
            sources.regions = regions
            return sources.areRunning
        }
        for settings in configuration.sources {
            guard let source = now[settings.name] else { continue }
            if known[settings.name] == nil {
                await source.begin()
                if areRunning { await source.run() }
            } else {
                let wasRefused = source.client.nextProbe != nil
                try await source.configure(settings, factory: factory, manner: manner)
                // A new configuration is reason to test a refused credential now rather than in its turn.
                if wasRefused { await surroundings.fleet.pollNow(source: source.name) }
            }
        }
    }

    static func manner(_ configuration: ExporterConfiguration, _ mode: Mode) -> PollFleet.Manner {
        PollFleet.Manner(
            tally: EndpointTally.Settings(
                details: DetailLevel(configuration.metrics.endpointDetails),
                maximumDetails: configuration.metrics.maxEndpointDetails, remembers: mode == .serving),
            timing: PollTiming(
                interval: configuration.poll.interval, exchangeTimeout: configuration.poll.timeout))
    }

    /// Discovers and polls, again and again, until the task is cancelled.
    func pollForever() async {
        let begun = sources.withLock { sources in
            sources.areRunning = true
            return sources.byName.values
        }
        for source in begun { await source.run() }
        await surroundings.fleet.run()
        for source in sources.withLock({ $0.byName.values }) { await source.stop() }
    }

    /// Discovers, then polls every workspace, once.
    func pollOnce() async {
        await withDiscardingTaskGroup { group in
            for source in sources.withLock({ $0.byName.values }) { group.addTask { await source.discoverOnce() } }
        }
        await surroundings.fleet.pollOnce(sideBySide: surroundings.limiter.concurrency)
    }

    /// The sources whose credential nobody is looking at now; each must be handed to ``pollIfCredentialChanged(_:)``.
    func takeUnwatched() -> [String] {
        sources.withLock { sources in
            let names = sources.byName.keys.filter { !sources.watched.contains($0) }
            sources.watched.formUnion(names)
            return names
        }
    }

    /// Polls and discovers at once if the source's credential was rejected, or there was none, and there is another now.
    func pollIfCredentialChanged(_ name: String) async {
        if let source = sources.withLock({ $0.byName[name] }), await source.client.hasUntriedCredential() {
            await surroundings.fleet.pollNow(source: name)
            if failingDiscoveries.contains(name) { await source.discoverNow() }
        }
        sources.withLock { _ = $0.watched.remove(name) }
    }

    /// The client of a source.
    func client(of source: String) -> SourceClient? { sources.withLock { $0.byName[source]?.client } }

    /// Looks for polls and discoveries that do not end, and for credentials in doubt. To be called every second.
    func watch() async {
        await surroundings.fleet.logStalls()
        for source in sources.withLock({ $0.byName.values }) { await source.watch() }
    }

    /// False while no poll of any workspace ends any more.
    var isHealthy: Bool { !store.isEveryWorkspaceStalled }

    /// The workspaces whose last poll failed.
    var failing: [WorkspaceKey] { store.failing }

    /// The sources whose last discovery failed.
    var failingDiscoveries: [String] { surroundings.discoveries.failing }

    /// Whether every workspace has been polled once; true at the latest after two intervals, because a readiness check
    /// must not keep a process from serving what it has.
    var isReady: Bool {
        (surroundings.discoveries.isEverySourceTried && store.isEveryWorkspacePolled)
            || clock.now >= startedAt + interval.withLock { $0 } * 2
    }

    /// Ends every exchange and the thread that carries them out.
    func shutDown() async { await engine.shutdown() }

    /// Writes a page of everything but what would collide with another program's page: `process_*`, the exporter's own
    /// HTTP and reload families; who polls once is no shard either.
    /// - Parameter output: takes the page's next bytes, which are gone when it returns.
    func writeAlone<Failure: Error>(
        _ format: ExpositionFormat, to output: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let own = [ExporterFamilies.buildFragment(), ExporterFamilies.logFragment()]
        let others = surroundings.discoveries.fragments() + own + sourceFragments()
        try Catalogue.exporter.write(format, store.parts() + others.map { .fragment($0) }, to: output)
    }

    /// What is known at this moment, for people.
    func statusReport() -> StatusReport {
        let (timing, shard) = (store.timing, surroundings.shard)
        let discoveries = surroundings.discoveries.statuses()
        let (known, regions) = sources.withLock { ($0.byName, $0.regions) }
        let statuses = known.sorted { $0.key < $1.key }.map { name, source in
            SourceStatus(
                name: name, region: regions[name], isThrottled: source.client.isThrottled,
                nextProbe: source.client.nextProbe.map { clock.wallTime(of: $0) }, discovery: discoveries[name],
                round: source.client.round)
        }
        return StatusReport(
            time: Timestamp(microseconds: clock.wallMicroseconds), interval: timing.interval,
            staleAfter: timing.staleAfter, shard: .init(ordinal: shard.ordinal, total: shard.total), sources: statuses,
            workspaces: store.statuses())
    }

    private func sourceFragments() -> [Fragment] {
        let clients = sources.withLock { $0.byName.map { ($0.key, $0.value.client) } }
        return renderedSources.fragments(of: clients)
    }
}

extension Exporter: FragmentSource {
    /// See `FragmentSource`.
    public var version: UInt64 { store.version &+ surroundings.discoveries.version }

    /// See `FragmentSource`.
    public func fragments(of selection: PageSelection) -> [Fragment]? {
        let known = sources.withLock { Set($0.byName.keys) }
        return selection.sources.isSubset(of: known) ? store.fragments(of: selection) : nil
    }

    /// See `FragmentSource`.
    public func groups() -> [FragmentGroup] {
        let others =
            [store.settingsFragment()] + surroundings.discoveries.fragments()
            + [ExporterFamilies.buildFragment(), ExporterFamilies.shardFragment(surroundings.shard)]
        return store.groups() + [FragmentGroup(others)]
    }

    /// What moves without a poll having ended, and costs little: sources, reloads, the web server, the process.
    public func liveFragments() -> [Fragment] {
        let own = [reloads.fragment(), ExporterFamilies.logFragment(), requestCounters.fragment()]
        return sourceFragments() + own + [ProcessMetrics.fragment()]
    }

    /// See `FragmentSource`.
    public var liveFamilies: Set<String> { Self.liveFamilyNames }

    private static let liveFamilyNames = Set(
        (SourceFamilies.chapter.families + ExporterFamilies.liveFamilies).map(\.name))
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

extension ExporterClock {
    /// What the wall clock will show at `instant`, as things stand.
    fileprivate func wallTime(of instant: ContinuousClock.Instant) -> Timestamp {
        let (seconds, attoseconds) = (instant - now).components
        return Timestamp(microseconds: wallMicroseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
