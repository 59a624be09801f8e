// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Fabric
internal import Logging
internal import Polling

/// A source while it is configured: its client, which keeps counters and rate limit across reloads, its discovery, and
/// the selection of workspaces to poll.
actor SourceSupervisor {
    /// The components that all sources share.
    struct Dependencies: Sendable {
        var limiter: RequestLimiter
        var fleet: PollFleet
        var discoveries: DiscoveryStore
        var clock: any ExporterClock
        var logger: Logger
        /// The shard of workspaces to poll, discovered or configured.
        var shard = Shard.whole
    }

    private struct Discovery {
        var loop: DiscoveryLoop
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
    private var discovery: Discovery?
    /// Incremented whenever discovery is replaced, so that results of an old discovery are ignored.
    private var discoveryEpoch = 0
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
        credentialClient.reconfigure(
            transport: factory.transport(new), direct: factory.directTransport(), timeout: factory.poll.timeout)
        settings = new
        let timeoutChanged = options.timing.requestTimeout != newOptions.timing.requestTimeout
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
    }

    /// Stops discovery and polling and drops discovered workspaces. Must be called before the client gets another
    /// credential, which must not be sent to the previous address.
    private func forgetWorkspaces() async {
        discovery?.task?.cancel()
        discoveryEpoch += 1
        discovered = []
        dependencies.discoveries.reset(name)
        await dependencies.fleet.assign([], of: name, through: client, options: options)
    }

    /// Starts discovery, until the source is removed or the process stops.
    func run() {
        isRunning = true
        startDiscovery()
    }

    /// Detects a stalled discovery, and polls one workspace at once if a failure may be due to the credential. Called
    /// every second.
    func watch() async {
        if discovery?.task != nil { discovery?.loop.watch() }
        if let confirmation = client.confirmation {
            await dependencies.fleet.pollOne(of: name, for: confirmation)
        }
    }

    /// Restarts a running discovery now instead of at its next interval.
    func discoverNow() async {
        guard let task = discovery?.task else { return }
        let epoch = discoveryEpoch
        task.cancel()
        await task.value
        guard epoch == discoveryEpoch else { return }
        discovery?.task = nil
        startDiscovery()
    }

    /// Discovers once, if discovery is configured.
    func discoverOnce() async { await discovery?.loop.step() }

    /// Stops discovery. The fleet stops polling.
    func stop() async {
        isRunning = false
        let task = discovery?.task
        task?.cancel()
        await task?.value
    }

    /// Stops discovery and polling, and removes the source's series.
    func remove() async {
        discoveryEpoch += 1
        await stop()
        dependencies.discoveries.remove(name)
        await dependencies.fleet.assign([], of: name, through: client, options: options)
    }

    private func assign() async {
        let targets = SourceFactory.targetSelection(settings).targets(discovered: discovered)
            .filter { dependencies.shard.owns($0.workspace.key.workspaceID) }
        await dependencies.fleet.assign(targets, of: name, through: client, options: options)
    }

    private func note(_ found: [DiscoveredWorkspace], epoch: Int) async {
        guard epoch == discoveryEpoch else { return }
        discovered = found
        await assign()
    }

    private func replaceDiscovery() {
        discovery?.task?.cancel()
        discovery = nil
        discoveryEpoch += 1
        guard let new = settings.discovery else {
            discovered = []
            dependencies.discoveries.remove(name)
            return
        }
        dependencies.discoveries.add(name)
        let epoch = discoveryEpoch
        let lister = WorkspaceLister(
            client: client, baseURL: settings.baseURL, name: new.name, enterpriseProjectID: new.enterpriseProjectID)
        let selection = SourceFactory.targetSelection(settings)
        let loop = DiscoveryLoop(
            source: name, lister: lister,
            timing: PollTiming(interval: new.interval, requestTimeout: options.timing.requestTimeout),
            clock: dependencies.clock, logger: dependencies.logger, store: dependencies.discoveries,
            countSelected: { selection.selectedCount(of: $0) }
        ) { [weak self] found in
            await self?.note(found, epoch: epoch)
        }
        discovery = Discovery(loop: loop)
        startDiscovery()
    }

    private func startDiscovery() {
        guard isRunning, let loop = discovery?.loop, discovery?.task == nil else { return }
        discovery?.task = Task(priority: .utility) { await loop.run() }
    }
}

extension SourceSettings {
    /// Whether workspaces discovered with `earlier` can exist with these settings. An id belongs to an address, account
    /// and project. Unknown values, such as the account of a token, count as equal: replacing a token must not restart
    /// the series of all workspaces.
    func sharesWorkspaces(with earlier: SourceSettings) -> Bool {
        func mayBeSame<Value: Equatable>(_ value: KeyPath<SourceSettings, Value?>) -> Bool {
            guard let old = earlier[keyPath: value], let new = self[keyPath: value] else { return true }
            return old == new
        }
        return baseURL == earlier.baseURL && assumeAgency?.account == earlier.assumeAgency?.account
            && mayBeSame(\.region) && mayBeSame(\.domain) && mayBeSame(\.projectID) && mayBeSame(\.projectName)
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
