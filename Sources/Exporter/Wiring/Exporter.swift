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

/// The exporter: sources with their clients, a fleet of pollers, and the store between pollers and pages.
public final class Exporter: Sendable {
    private let environment: [String: String]
    private let keepsRecords: Bool
    private let engine: CurlEngine
    private let store: SnapshotStore
    private let dependencies: SourceSupervisor.Dependencies
    private let clock: any ExporterClock
    private let logger: Logger
    private let startedAt: (instant: ContinuousClock.Instant, time: Timestamp)
    private let timing: Mutex<PollTiming>
    private let sources = Mutex(Sources())
    private struct Sources {
        var byName: [String: SourceSupervisor] = [:]
        var settings: [String: SourceSettings] = [:]
        var areRunning = false
        /// The names of sources whose credential is being checked.
        var watched: Set<String> = []
    }

    private let renderedSources: SourceFragments
    private let prices = Mutex(ExporterFamilies.priceFragment(nil))
    let requestCounters = RequestCounters()
    let reloads: ReloadRecord

    /// Creates an exporter of a validated configuration without starting to poll.
    /// - Parameters:
    ///   - shard: the shard of workspaces to poll.
    ///   - keepsRecords: whether to keep all records, for the status page.
    ///   - environment: the variables for `auth: environment` and proxies.
    /// - Throws: ``ExporterError`` if the HTTP engine cannot start or a source cannot be created.
    public init(
        _ configuration: ExporterConfiguration, shard: Shard = .whole, keepsRecords: Bool = false,
        clock: any ExporterClock = SystemClock(),
        environment: [String: String] = ProcessEnvironment.variables(), logger: Logger
    ) async throws(ExporterError) {
        self.environment = environment
        self.keepsRecords = keepsRecords
        self.clock = clock
        self.logger = logger
        do { engine = try CurlEngine() } catch { throw ExporterError("cannot start libcurl: \(error)") }
        store = SnapshotStore(clock: clock)
        dependencies = SourceSupervisor.Dependencies(
            limiter: RequestLimiter(concurrency: configuration.poll.concurrency, clock: clock),
            fleet: PollFleet(store: store, clock: clock, logger: logger), discoveries: DiscoveryStore(),
            quotas: QuotaStore(clock: clock), clock: clock, logger: logger, shard: shard)
        timing = Mutex(Self.pollOptions(configuration).timing)
        startedAt = (clock.now, Timestamp(microseconds: clock.wallMicroseconds))
        renderedSources = SourceFragments(clock: clock)
        reloads = ReloadRecord(loadedAt: startedAt.time)
        do { try await apply(configuration) } catch {
            await engine.shutdown()
            throw error
        }
    }

    /// Applies a new configuration. Unchanged sources keep their snapshots, counters and schedules but open new
    /// connections; removed ones are dropped at once. Calls must not overlap.
    /// - Throws: ``ExporterError`` if a source cannot be created; then nothing has changed.
    func apply(_ configuration: ExporterConfiguration) async throws(ExporterError) {
        let factory = SourceFactory(engine: engine, poll: configuration.poll, environment: environment)
        let common = Self.pollOptions(configuration, keepsRecords: keepsRecords)
        let options = Dictionary(
            configuration.sources.map { ($0.name, common.collecting($0, configuration.poll)) },
            uniquingKeysWith: { first, _ in first })
        let known = sources.withLock { $0.byName }
        var next: [String: SourceSupervisor] = [:]
        for settings in configuration.sources {
            // Created before anything is changed, so that an invalid source leaves everything unchanged.
            try factory.checkCredentials(settings)
            if let source = known[settings.name] {
                next[settings.name] = source
            } else {
                next[settings.name] = try SourceSupervisor(
                    settings, factory: factory, options: options[settings.name] ?? common, dependencies: dependencies)
            }
        }
        for warning in configuration.warnings {
            logger.warning("configuration warning", metadata: ["warning": "\(warning)"])
        }
        for missing in configuration.missingSecrets {
            logger.warning(
                "secret file missing or empty; polls that need it fail until it has content",
                metadata: ["error": "\(missing)", "reason": "credentials"])
        }
        dependencies.limiter.resize(to: configuration.poll.concurrency)
        // Before the store's version changes, which makes the next page a new one.
        prices.withLock { $0 = ExporterFamilies.priceFragment(configuration.prices) }
        store.configure(options)
        timing.withLock { $0 = common.timing }
        for (name, source) in known where next[name] == nil { await source.remove() }
        let now = next
        let settings = Dictionary(
            configuration.sources.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let areRunning = sources.withLock { sources in
            sources.byName = now
            sources.settings = settings
            return sources.areRunning
        }
        for settings in configuration.sources {
            guard let source = now[settings.name] else { continue }
            if known[settings.name] == nil {
                await source.start()
                if areRunning { await source.run() }
            } else {
                let wasRejected = source.client.nextProbe != nil
                try await source.configure(
                    settings, factory: factory, options: options[settings.name] ?? common)
                // Probe a rejected credential now, because the new configuration may have fixed it.
                if wasRejected { await dependencies.fleet.pollNow(source: source.name) }
            }
        }
    }

    static func pollOptions(_ configuration: ExporterConfiguration, keepsRecords: Bool = false) -> PollOptions {
        PollOptions(
            settings: ListingSettings(
                details: configuration.metrics.endpointDetails,
                maximumDetails: configuration.metrics.maxEndpointDetails,
                maximumLabelValues: configuration.metrics.maxLabelValues, owner: configuration.metrics.owner,
                keepsRecords: keepsRecords),
            timing: PollTiming(
                interval: configuration.poll.interval, requestTimeout: configuration.poll.timeout,
                staleAfter: configuration.poll.staleAfter))
    }

    /// Discovers and polls until the task is canceled.
    /// - Parameter whenStarted: called when polling begins.
    func pollForever(whenStarted: () -> Void = {}) async {
        let started = sources.withLock { sources in
            sources.areRunning = true
            return sources.byName.values
        }
        for source in started { await source.run() }
        whenStarted()
        await dependencies.fleet.run()
        for source in sources.withLock({ $0.byName.values }) { await source.stop() }
    }

    /// Discovers workspaces, polls each of them once, and reads quotas once.
    /// - Parameter isLast: whether no poll follows.
    func pollOnce(isLast: Bool = false) async {
        await withDiscardingTaskGroup { group in
            for source in sources.withLock({ $0.byName.values }) { group.addTask { await source.step(.discovery) } }
        }
        await dependencies.fleet.pollOnce(concurrency: dependencies.limiter.concurrency, isLast: isLast)
        await withDiscardingTaskGroup { group in
            for source in sources.withLock({ $0.byName.values }) { group.addTask { await source.step(.quotas) } }
        }
    }

    /// Returns the sources whose credential is not being checked now. Each must be passed to
    /// ``pollIfCredentialChanged(_:)``.
    func takeUnwatched() -> [String] {
        sources.withLock { sources in
            let names = sources.byName.keys.filter { !sources.watched.contains($0) }
            sources.watched.formUnion(names)
            return names
        }
    }

    /// Polls and discovers at once if the source's credential was rejected or missing and there is a new one.
    func pollIfCredentialChanged(_ name: String) async {
        if let source = sources.withLock({ $0.byName[name] }), await source.client.hasUntriedCredential() {
            await dependencies.fleet.pollNow(source: name)
            if failingDiscoveries.contains(name) { await source.restart(.discovery) }
            if failingQuotas.contains(name) { await source.restart(.quotas) }
        }
        sources.withLock { _ = $0.watched.remove(name) }
    }

    /// Returns the client of a source.
    func client(of source: String) -> SourceClient? { sources.withLock { $0.byName[source]?.client } }

    /// Detects stalled polls, discoveries and reads of quotas, and confirms failures that may be due to the credential. Called every
    /// second.
    func watch() async {
        await dependencies.fleet.noteStalls()
        for source in sources.withLock({ $0.byName.values }) { await source.watch() }
    }

    /// Whether polls end; false while every workspace is stalled.
    var isHealthy: Bool { !store.isEveryListStalled }

    /// The state of polling and of the last reload in one line, for `systemctl status`.
    var summary: String {
        let (total, failing) = (store.workspaceCount, store.failing.count)
        let polling = isHealthy ? "\(max(0, total - failing)) of \(total) workspaces up" : "polling has stalled"
        return polling + (reloads.last.failure == nil ? "" : "; the last reload of the configuration failed")
    }

    /// The workspaces whose last poll failed.
    var failing: [WorkspaceKey] { store.failing }

    /// The sources whose last discovery failed.
    var failingDiscoveries: [String] { dependencies.discoveries.failing }

    /// The sources whose last read of quotas failed.
    var failingQuotas: [String] { dependencies.quotas.failing }

    /// Whether every workspace has been polled once; true after two intervals at the latest, because a readiness probe
    /// must not keep a process from serving the data that it has.
    var isReady: Bool {
        (dependencies.discoveries.isEverySourceTried && store.isEveryListPolled)
            || clock.now >= startedAt.instant + timing.withLock { $0.interval } * 2
    }

    /// Cancels all requests and stops the thread that sends them.
    func shutDown() async { await engine.shutdown() }

    /// Returns the page for node_exporter's textfile collector: without `process_*` and the exporter's own HTTP and
    /// reload families, which would collide, and without shard families.
    func textfilePage(_ format: ExpositionFormat = .text) -> some Sequence<[UInt8]> {
        let workspaces = store.fragments(of: PageSelection()) ?? []
        let own = [priceFragment, ExporterFamilies.buildFragment(), ExporterFamilies.logFragment()]
        let others = dependencies.discoveries.fragments() + dependencies.quotas.fragments() + own + sourceFragments()
        return MetricRegistry.exporter.chunks(format, fragments: [store.settingsFragment()] + workspaces + others)
    }

    /// Returns the status report of this moment.
    func statusReport() -> StatusReport {
        let timing = timing.withLock { $0 }
        let (discoveries, quotas) = (dependencies.discoveries.statuses(), dependencies.quotas.statuses())
        let (known, settings) = sources.withLock { ($0.byName, $0.settings) }
        let statuses = known.values.compactMap { source in
            settings[source.name].map { status(of: source.client, $0, discoveries[source.name], quotas[source.name]) }
        }
        return StatusReport(
            time: Timestamp(microseconds: clock.wallMicroseconds), startedAt: startedAt.time, reload: reloads.last,
            interval: timing.interval, staleAfter: timing.staleAfter ?? .zero, shard: dependencies.shard,
            sources: statuses.sorted { $0.name < $1.name }, workspaces: store.statuses())
    }

    private func status(
        of client: SourceClient, _ settings: SourceSettings, _ discovery: SourceStatus.Discovery?,
        _ quotas: QuotaStatus?
    ) -> SourceStatus {
        let expiry = client.credentialStatus.expiryMicroseconds
        return SourceStatus(
            name: settings.name, region: settings.region,
            credential: .init(
                kind: settings.auth.kind, assumesAgency: settings.assumeAgency != nil,
                expiresAt: expiry.map { Timestamp(microseconds: $0) }),
            remedies: SourceRemedies(settings, environment: environment),
            throttledUntil: client.throttledUntil.map { clock.wallTime(of: $0) },
            nextProbe: client.nextProbe.map { clock.wallTime(of: $0) }, discovery: discovery, quotas: quotas,
            round: client.round,
            requestsPerMinute: client.requestsPerMinute, requestsPerMinuteLimit: client.requestsPerMinuteLimit)
    }

    private var priceFragment: Fragment { prices.withLock { $0 } }

    private func sourceFragments() -> [Fragment] {
        let clients = sources.withLock { $0.byName.map { ($0.key, $0.value.client) } }
        return renderedSources.fragments(of: clients)
    }
}

extension Exporter: PageSource {
    /// See `PageSource`.
    public var version: UInt64 { store.version &+ dependencies.discoveries.version &+ dependencies.quotas.version }

    /// See `PageSource`.
    public func fragments(of selection: PageSelection) -> [Fragment]? {
        let known = sources.withLock { Set($0.byName.keys) }
        return selection.sources.isSubset(of: known) ? store.fragments(of: selection) : nil
    }

    /// See `PageSource`.
    public func fragments() -> [Fragment] {
        let others =
            store.sourceFragments() + [store.settingsFragment()] + dependencies.discoveries.fragments()
            + dependencies.quotas.fragments()
            + [priceFragment, ExporterFamilies.buildFragment(), ExporterFamilies.shardFragment(dependencies.shard)]
        return store.fragments() + others
    }

    /// Returns the families that change between polls and are cheap: sources, reloads, the web server and the process.
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
    /// Returns the wall time at `instant`.
    fileprivate func wallTime(of instant: ContinuousClock.Instant) -> Timestamp {
        let (seconds, attoseconds) = (instant - now).components
        return Timestamp(microseconds: wallMicroseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
