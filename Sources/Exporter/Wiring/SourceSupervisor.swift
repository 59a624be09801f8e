// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Fabric
internal import Listings
internal import Logging
internal import Polling

/// A source while it is configured: its client, which keeps counters and rate limit across reloads, its discovery and
/// quotas, and the selection of workspaces to poll.
actor SourceSupervisor {
    /// The components that all sources share.
    struct Dependencies: Sendable {
        var limiter: RequestLimiter
        var fleet: PollFleet
        var discoveries: DiscoveryStore
        var quotas: QuotaStore
        var clock: any ExporterClock
        var logger: Logger
        /// The shard of workspaces to poll, discovered or configured.
        var shard = Shard.whole
    }

    /// The loops of a source.
    enum LoopKind: Sendable, CaseIterable {
        case discovery
        case quotas
    }

    private struct RunningLoop {
        var loop: any SourceLoop
        /// nil while it does not run.
        var task: Task<Void, Never>?
    }

    nonisolated let name: String
    nonisolated let client: SourceClient
    private let dependencies: Dependencies
    private var settings: SourceSettings
    private var options: PollOptions
    private let credentialClient: CredentialClient
    private var credentials: any CredentialProvider
    private var discovered: [DiscoveredWorkspace] = []
    private var loops: [LoopKind: RunningLoop] = [:]
    /// Incremented whenever a loop is replaced, so that results of an old discovery are ignored.
    private var epochs: [LoopKind: Int] = [:]
    private var isRunning = false

    init(
        _ settings: SourceSettings, factory: SourceFactory, options: PollOptions, dependencies: Dependencies
    ) throws(ExporterError) {
        name = settings.name
        self.settings = settings
        self.options = options
        self.dependencies = dependencies
        let statistics = APIStatistics()
        credentialClient = CredentialClient(
            transport: factory.transport(settings), direct: factory.directTransport(), timeout: factory.poll.timeout,
            clock: dependencies.clock, statistics: statistics)
        credentials = try factory.credentials(settings, client: credentialClient)
        client = SourceClient(
            source: settings.name, transport: factory.transport(settings), credentials: credentials,
            clock: dependencies.clock, limiter: dependencies.limiter, settings: factory.poll,
            statistics: statistics)
    }

    /// Starts with the initial settings.
    func start() async {
        replaceDiscovery()
        await assign()
        await replaceQuotas()
    }

    /// Applies new settings, which must be valid.
    func configure(
        _ new: SourceSettings, factory: SourceFactory, options newOptions: PollOptions
    ) async throws(ExporterError) {
        let old = settings
        // Unchanged credentials keep their state, such as a valid token.
        if new.auth != old.auth || new.assumeAgency != old.assumeAgency || new.region != old.region {
            credentials = try factory.credentials(new, client: credentialClient)
        } else {
            await credentials.retryNow()
        }
        let isMoved = !new.sharesWorkspaces(with: old)
        if isMoved { await forgetWorkspaces() }
        let isSameProject = new.sharesQuotas(with: old)
        if !isSameProject {
            await stop(.quotas)
            dependencies.quotas.reset(name)
        }
        credentialClient.reconfigure(
            transport: factory.transport(new), direct: factory.directTransport(), timeout: factory.poll.timeout)
        let wasAlone = isAlone
        settings = new
        let timeoutChanged = options.timing.requestTimeout != newOptions.timing.requestTimeout
        let quotaOptionsChanged =
            quotaTiming(old, options) != quotaTiming(new, newOptions)
            || options.settings.maximumLabelValues != newOptions.settings.maximumLabelValues
        options = newOptions
        client.reconfigure(
            transport: factory.transport(new), credentials: credentials, settings: factory.poll,
            isMoved: isMoved)
        // The selection of discovered workspaces depends on the configured ones too.
        let configuredChanged = Set(new.workspaces.map(\.id)) != Set(old.workspaces.map(\.id))
        // Another credential may have access to other workspaces.
        let credentialChanged = new.auth != old.auth || new.assumeAgency != old.assumeAgency
        if isMoved || new.discovery != old.discovery || timeoutChanged || configuredChanged || credentialChanged {
            replaceDiscovery()
        }
        await assign()
        let isFailing = dependencies.quotas.failing.contains(name)
        if !isSameProject || quotaOptionsChanged || credentialChanged || isAlone != wasAlone || isFailing {
            await replaceQuotas()
        }
    }

    /// Stops discovery and polling and drops discovered workspaces. Must be called before the client gets another
    /// credential, which must not be sent to the previous address.
    private func forgetWorkspaces() async {
        loops[.discovery]?.task?.cancel()
        epochs[.discovery, default: 0] += 1
        discovered = []
        dependencies.discoveries.reset(name)
        await dependencies.fleet.assign([], of: name, through: client, options: options)
    }

    /// Starts discovery and quotas, until the source is removed or the process stops.
    func run() {
        isRunning = true
        for kind in LoopKind.allCases { start(kind) }
    }

    /// Detects stalled loops, and polls one workspace at once if a failure may be due to the credential. Called every
    /// second.
    func watch() async {
        for running in loops.values where running.task != nil { running.loop.watch() }
        if let confirmation = client.confirmation {
            await dependencies.fleet.pollOne(of: name, for: confirmation)
        }
    }

    /// Restarts a running loop now instead of at its next interval.
    func restart(_ kind: LoopKind) async {
        guard let task = loops[kind]?.task else { return }
        let epoch = epochs[kind]
        task.cancel()
        await task.value
        guard epoch == epochs[kind] else { return }
        loops[kind]?.task = nil
        start(kind)
    }

    /// Runs one step of a loop, if it is configured.
    func step(_ kind: LoopKind) async { await loops[kind]?.loop.step() }

    /// Stops discovery and quotas. The fleet stops polling.
    func stop() async {
        isRunning = false
        let tasks = loops.values.compactMap(\.task)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Stops discovery, quotas and polling, and removes the source's series.
    func remove() async {
        epochs[.discovery, default: 0] += 1
        await stop()
        dependencies.discoveries.remove(name)
        dependencies.quotas.remove(name)
        await dependencies.fleet.assign([], of: name, through: client, options: options)
    }

    /// Stops and removes a loop.
    private func stop(_ kind: LoopKind) async {
        epochs[kind, default: 0] += 1
        let task = loops.removeValue(forKey: kind)?.task
        task?.cancel()
        await task?.value
    }

    private func start(_ kind: LoopKind) {
        guard isRunning, let loop = loops[kind]?.loop, loops[kind]?.task == nil else { return }
        loops[kind]?.task = Task(priority: .utility) { await loop.run() }
    }

    // MARK: Workspaces

    private var targets: [TargetSelection.Target] {
        SourceFactory.targetSelection(settings).targets(discovered: discovered)
            .filter { dependencies.shard.owns($0.workspace.key.workspaceID) }
    }

    private func assign() async {
        await dependencies.fleet.assign(targets, of: name, through: client, options: options)
    }

    private func note(_ found: [DiscoveredWorkspace], epoch: Int) async {
        guard epoch == epochs[.discovery] else { return }
        discovered = found
        await assign()
    }

    private func replaceDiscovery() {
        loops.removeValue(forKey: .discovery)?.task?.cancel()
        epochs[.discovery, default: 0] += 1
        guard let new = settings.discovery else {
            discovered = []
            dependencies.discoveries.remove(name)
            return
        }
        dependencies.discoveries.add(name)
        let epoch = epochs[.discovery, default: 0]
        let lister = WorkspaceLister(
            client: client, baseURL: settings.baseURL, api: settings.api, name: new.name,
            enterpriseProjectID: new.enterpriseProjectID)
        let selection = SourceFactory.targetSelection(settings)
        let loop = DiscoveryLoop(
            source: name, lister: lister,
            timing: PollTiming(interval: new.interval, requestTimeout: options.timing.requestTimeout),
            clock: dependencies.clock, logger: dependencies.logger, store: dependencies.discoveries,
            countSelected: { selection.selectedCount(of: $0) }
        ) { [weak self] found in
            await self?.note(found, epoch: epoch)
        }
        loops[.discovery] = RunningLoop(loop: loop)
        start(.discovery)
    }

    // MARK: Quotas

    /// Whether the process polls no workspace of the source, because other shards do.
    private var isAlone: Bool { settings.discovery == nil && targets.isEmpty }

    private func quotaTiming(_ settings: SourceSettings, _ options: PollOptions) -> PollTiming? {
        settings.collect.quotas.map { quotas in
            PollTiming(
                interval: quotas.interval, requestTimeout: options.timing.requestTimeout,
                staleAfter: max(options.timing.staleAfter ?? .zero, quotas.interval * 3))
        }
    }

    /// Replaces the loop that reads quotas, and keeps the last ones.
    private func replaceQuotas() async {
        await stop(.quotas)
        // The quotas are those of the project, whatever workspaces a shard polls, so one shard is enough.
        guard let quotas = settings.collect.quotas, let timing = quotaTiming(settings, options),
            dependencies.shard.ordinal == 0
        else { return dependencies.quotas.remove(name) }
        dependencies.quotas.add(name)
        let lister = QuotaLister(
            client: client, baseURL: settings.baseURL, projectID: quotas.projectID,
            maximumResources: options.settings.maximumLabelValues, isAlone: isAlone)
        loops[.quotas] = RunningLoop(
            loop: QuotaLoop(
                source: name, lister: lister, timing: timing, clock: dependencies.clock, logger: dependencies.logger,
                store: dependencies.quotas))
        start(.quotas)
    }
}

extension SourceSettings {
    /// Whether workspaces discovered with `earlier` can exist with these settings. An id belongs to an address, a version
    /// of the API, account and project. Unknown values, such as the account of a token, count as equal: replacing a token must not restart
    /// the series of all workspaces.
    func sharesWorkspaces(with earlier: SourceSettings) -> Bool {
        func mayBeSame<Value: Equatable>(_ value: KeyPath<SourceSettings, Value?>) -> Bool {
            guard let old = earlier[keyPath: value], let new = self[keyPath: value] else { return true }
            return old == new
        }
        return baseURL == earlier.baseURL && api == earlier.api
            && assumeAgency?.account == earlier.assumeAgency?.account
            && mayBeSame(\.region) && mayBeSame(\.domain) && mayBeSame(\.projectID) && mayBeSame(\.projectName)
    }

    /// Whether quotas read with `earlier` are those of these settings' project. Unlike with workspaces, an unknown project
    /// counts as another one, because quotas of different projects have the same labels.
    func sharesQuotas(with earlier: SourceSettings) -> Bool {
        guard let quotas = collect.quotas, let before = earlier.collect.quotas, baseURL == earlier.baseURL,
            api == earlier.api, quotas.projectID == before.projectID
        else { return false }
        return quotas.projectID != nil
            || sharesWorkspaces(with: earlier) && auth.kind == earlier.auth.kind && region == earlier.region
                && projectID == earlier.projectID && projectName == earlier.projectName
    }

    /// The IAM user's account.
    private var domain: String? { if case .password(let user) = auth { user.domain } else { nil } }

    private var projectID: String? {
        switch auth {
        case .password(let user): if case .id(let id) = user.project { id } else { nil }
        case .accessKey(let key): key.projectID
        case .metadata(let metadata): metadata.projectID
        case .token, .environment: nil
        }
    }

    private var projectName: String? {
        if case .password(let user) = auth, case .name(let name) = user.project { name } else { nil }
    }
}
