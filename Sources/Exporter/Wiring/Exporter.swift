// SPDX-License-Identifier: Apache-2.0
public import Base
public import Config
public import Exposition
internal import Fabric
internal import HTTPClient
internal import Listings
public import Logging
public import Polling
import Synchronization
internal import WebServer

/// The components of one exporter, wired: sources with their clients, a fleet of pollers, the store between pollers and
/// pages.
public final class Exporter: Sendable {
    private let environment: [String: String]
    private let engine: CurlEngine
    private let store: SnapshotStore
    private let surroundings: SourceSupervisor.Surroundings
    private let clock: any ExporterClock
    private let logger: Logger
    private let startedAt: ContinuousClock.Instant
    private let timing: Mutex<PollTiming>
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
        _ configuration: ExporterConfiguration, shard: Shard = .whole,
        clock: any ExporterClock = SystemClock(),
        environment: [String: String] = ProcessEnvironment.variables(), logger: Logger
    ) async throws(ExporterError) {
        self.environment = environment
        self.clock = clock
        self.logger = logger
        do { engine = try CurlEngine() } catch { throw ExporterError("cannot start libcurl: \(error)") }
        store = SnapshotStore(clock: clock)
        surroundings = SourceSupervisor.Surroundings(
            limiter: RequestLimiter(concurrency: configuration.poll.concurrency, clock: clock),
            fleet: PollFleet(store: store, clock: clock, logger: logger), discoveries: DiscoveryStore(), clock: clock,
            logger: logger, shard: shard)
        timing = Mutex(Self.pollOptions(configuration).timing)
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
        let options = Self.pollOptions(configuration)
        let known = sources.withLock { $0.byName }
        var next: [String: SourceSupervisor] = [:]
        for settings in configuration.sources {
            // Made before anything is changed, so that one bad source leaves all as it was.
            try factory.checkCredentials(settings)
            if let source = known[settings.name] {
                next[settings.name] = source
            } else {
                next[settings.name] = try SourceSupervisor(
                    settings, factory: factory, options: options, surroundings: surroundings)
            }
        }
        for warning in configuration.warnings { logger.warning("\(warning)") }
        for missing in configuration.missingSecrets {
            logger.warning("\(missing); polls that need it fail with reason credentials until it has content")
        }
        surroundings.limiter.resize(to: configuration.poll.concurrency)
        store.configure(sources: configuration.sources.map(\.name), options.timing)
        timing.withLock { $0 = options.timing }
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
                try await source.configure(settings, factory: factory, options: options)
                // A new configuration is reason to test a refused credential now rather than in its turn.
                if wasRefused { await surroundings.fleet.pollNow(source: source.name) }
            }
        }
    }

    static func pollOptions(_ configuration: ExporterConfiguration) -> PollOptions {
        PollOptions(
            settings: ListingSettings(
                details: configuration.metrics.endpointDetails,
                maximumDetails: configuration.metrics.maxEndpointDetails,
                maximumLabelValues: configuration.metrics.maxLabelValues, owner: configuration.metrics.owner),
            timing: PollTiming(
                interval: configuration.poll.interval, requestTimeout: configuration.poll.timeout,
                staleAfter: configuration.poll.staleAfter))
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
        await surroundings.fleet.pollOnce(concurrency: surroundings.limiter.concurrency)
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
        await surroundings.fleet.noteStalls()
        for source in sources.withLock({ $0.byName.values }) { await source.watch() }
    }

    /// False while no poll of any workspace ends any more.
    var isHealthy: Bool { !store.isEveryListStalled }

    /// The workspaces whose last poll failed.
    var failing: [WorkspaceKey] { store.failing }

    /// The sources whose last discovery failed.
    var failingDiscoveries: [String] { surroundings.discoveries.failing }

    /// Whether every workspace has been polled once; true at the latest after two intervals, because a readiness check
    /// must not keep a process from serving what it has.
    var isReady: Bool {
        (surroundings.discoveries.isEverySourceTried && store.isEveryListPolled)
            || clock.now >= startedAt + timing.withLock { $0.interval } * 2
    }

    /// Ends every exchange and the thread that carries them out.
    func shutDown() async { await engine.shutdown() }

    /// A page of everything but what would collide with another program's page: `process_*`, the exporter's own HTTP and
    /// reload families; who polls once is no shard either.
    func pageAlone(_ format: ExpositionFormat = .text) -> some Sequence<[UInt8]> {
        let workspaces = store.fragments(of: PageSelection()) ?? []
        let own = [ExporterFamilies.buildFragment(), ExporterFamilies.logFragment()]
        let others = surroundings.discoveries.fragments() + own + sourceFragments()
        return MetricRegistry.exporter.chunks(format, fragments: [store.settingsFragment()] + workspaces + others)
    }

    /// What is known at this moment, for people.
    func statusReport() -> StatusReport {
        let timing = timing.withLock { $0 }
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
            staleAfter: timing.staleAfter ?? .zero, shard: surroundings.shard, sources: statuses,
            workspaces: store.statuses())
    }

    private func sourceFragments() -> [Fragment] {
        let clients = sources.withLock { $0.byName.map { ($0.key, $0.value.client) } }
        return renderedSources.fragments(of: clients)
    }
}

extension Exporter: PageSource {
    /// See `PageSource`.
    public var version: UInt64 { store.version &+ surroundings.discoveries.version }

    /// See `PageSource`.
    public func fragments(of selection: PageSelection) -> [Fragment]? {
        let known = sources.withLock { Set($0.byName.keys) }
        return selection.sources.isSubset(of: known) ? store.fragments(of: selection) : nil
    }

    /// See `PageSource`.
    public func fragments() -> [Fragment] {
        let others =
            [store.settingsFragment()] + surroundings.discoveries.fragments()
            + [ExporterFamilies.buildFragment(), ExporterFamilies.shardFragment(surroundings.shard)]
        return store.fragments() + others
    }

    /// What moves without a poll having ended, and costs little: sources, reloads, the web server, the process.
    public func liveFragments() -> [Fragment] {
        let own = [reloads.fragment(), ExporterFamilies.logFragment(), requestCounters.fragment()]
        return sourceFragments() + own + [ProcessMetrics.fragment()]
    }

    /// See `PageSource`.
    public var liveFamilies: Set<String> { Self.liveFamilyNames }

    private static let liveFamilyNames = Set(
        (SourceFamilies.familyGroup.families + ExporterFamilies.liveFamilies).map(\.name))
}

extension ExporterClock {
    /// What the wall clock will show at `instant`, as things stand.
    fileprivate func wallTime(of instant: ContinuousClock.Instant) -> Timestamp {
        let (seconds, attoseconds) = (instant - now).components
        return Timestamp(microseconds: wallMicroseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
