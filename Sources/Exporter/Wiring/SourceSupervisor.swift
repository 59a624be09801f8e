// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Fabric
internal import Logging
internal import Polling

/// One source from the moment it is configured to the moment it leaves: its client, which keeps counters and pace over
/// every reload, its discovery, and which of its workspaces are polled.
actor SourceSupervisor {
    /// What all sources share.
    struct Surroundings: Sendable {
        var limiter: RequestLimiter
        var fleet: PollFleet
        var discoveries: DiscoveryStore
        var clock: any ExporterClock
        var logger: Logger
        /// Which of the workspaces, found or configured, are polled here.
        var shard = Shard.whole
    }

    private struct Discovery {
        var loop: DiscoveryLoop
        var task: Task<Void, Never>?
    }

    nonisolated let name: String
    nonisolated let client: SourceClient
    private let surroundings: Surroundings
    private var settings: SourceSettings
    private var options: PollOptions
    private let exchanges: CredentialExchanges
    private var credentials: any CredentialProvider
    private var discovered: [DiscoveredWorkspace] = []
    private var discovery: Discovery?
    /// Tells the discovery in force from one that was replaced and may still be ending.
    private var discoveryEpoch = 0
    private var isRunning = false

    init(
        _ settings: SourceSettings, factory: SourceFactory, options: PollOptions, surroundings: Surroundings
    ) throws(ExporterError) {
        name = settings.name
        self.settings = settings
        self.options = options
        self.surroundings = surroundings
        let statistics = APIStatistics()
        exchanges = CredentialExchanges(
            transport: factory.transport(settings), direct: factory.directTransport(), timeout: factory.poll.timeout,
            clock: surroundings.clock, statistics: statistics)
        credentials = try factory.credentials(settings, exchanges: exchanges)
        client = SourceClient(
            source: settings.name, transport: factory.transport(settings), credentials: credentials,
            clock: surroundings.clock, limiter: surroundings.limiter, settings: factory.poll,
            statistics: statistics)
    }

    /// Begins with the settings it was made of.
    func begin() async {
        replaceDiscovery()
        await assign()
    }

    /// Goes on with other settings, checked before.
    func configure(
        _ new: SourceSettings, factory: SourceFactory, options newOptions: PollOptions
    ) async throws(ExporterError) {
        let old = settings
        // Credentials that did not change keep what they know, such as a token that is still good.
        if new.auth != old.auth || new.assumeAgency != old.assumeAgency || new.region != old.region {
            credentials = try factory.credentials(new, exchanges: exchanges)
        } else {
            await credentials.testAnew()
        }
        let isMoved = !new.sharesWorkspaces(with: old)
        if isMoved { await forgetWorkspaces() }
        exchanges.reconfigure(
            transport: factory.transport(new), direct: factory.directTransport(), timeout: factory.poll.timeout)
        settings = new
        let timeoutChanged = options.timing.requestTimeout != newOptions.timing.requestTimeout
        options = newOptions
        client.reconfigure(
            transport: factory.transport(new), credentials: credentials, settings: factory.poll,
            isMoved: isMoved)
        // Which of the workspaces found are polled depends on the configured ones too.
        let configuredChanged = Set(new.workspaces.map(\.id)) != Set(old.workspaces.map(\.id))
        // Another credential may see other workspaces.
        let credentialChanged = new.auth != old.auth || new.assumeAgency != old.assumeAgency
        if isMoved || new.discovery != old.discovery || timeoutChanged || configuredChanged || credentialChanged {
            replaceDiscovery()
        }
        await assign()
    }

    /// Stops everything that asks the API about workspaces, and drops those that were found. To be called before the
    /// client gets another credential: that must not be sent to the address before.
    private func forgetWorkspaces() async {
        discovery?.task?.cancel()
        discoveryEpoch += 1
        discovered = []
        surroundings.discoveries.reset(name)
        await surroundings.fleet.assign([], of: name, through: client, options: options)
    }

    /// Discovers until the source leaves or the program ends.
    func run() {
        isRunning = true
        startDiscovery()
    }

    /// Notes a discovery that does not end, and polls a workspace at once if it is in doubt whether the credential works.
    /// To be called every second.
    func watch() async {
        if discovery?.task != nil { discovery?.loop.watch() }
        if let confirmation = client.confirmation {
            await surroundings.fleet.pollOne(of: name, for: confirmation)
        }
    }

    /// Discovers at once instead of at the next slot, if discovery is running.
    func discoverNow() async {
        guard let task = discovery?.task else { return }
        let epoch = discoveryEpoch
        task.cancel()
        await task.value
        guard epoch == discoveryEpoch else { return }
        discovery?.task = nil
        startDiscovery()
    }

    /// Discovers once, where discovery is on.
    func discoverOnce() async { await discovery?.loop.step() }

    /// Stops discovering; polling is the fleet's to stop.
    func stop() async {
        isRunning = false
        let task = discovery?.task
        task?.cancel()
        await task?.value
    }

    /// Stops everything and drops the source's series.
    func leave() async {
        discoveryEpoch += 1
        await stop()
        surroundings.discoveries.remove(name)
        await surroundings.fleet.assign([], of: name, through: client, options: options)
    }

    private func assign() async {
        let targets = SourceFactory.merge(settings).targets(discovered: discovered)
            .filter { surroundings.shard.owns($0.workspace.key.workspaceID) }
        await surroundings.fleet.assign(targets, of: name, through: client, options: options)
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
            surroundings.discoveries.remove(name)
            return
        }
        surroundings.discoveries.add(name)
        let epoch = discoveryEpoch
        let lister = WorkspaceLister(
            client: client, baseURL: settings.baseURL, name: new.name, enterpriseProjectID: new.enterpriseProjectID)
        let merge = SourceFactory.merge(settings)
        let loop = DiscoveryLoop(
            source: name, lister: lister,
            timing: PollTiming(interval: new.interval, requestTimeout: options.timing.requestTimeout),
            clock: surroundings.clock, logger: surroundings.logger, store: surroundings.discoveries,
            countSelected: { merge.selectedCount(of: $0) }
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
    /// Whether workspaces that discovery found with `earlier` can exist with these settings. An id belongs to the address,
    /// and to the account and the project, that it was found in. What the settings do not tell, such as the account of a
    /// token, may be the same: replacing a token must not restart the series of all workspaces.
    func sharesWorkspaces(with earlier: SourceSettings) -> Bool {
        func mayBeSame<Value: Equatable>(_ value: KeyPath<SourceSettings, Value?>) -> Bool {
            guard let old = earlier[keyPath: value], let new = self[keyPath: value] else { return true }
            return old == new
        }
        return baseURL == earlier.baseURL && assumeAgency?.account == earlier.assumeAgency?.account
            && mayBeSame(\.region) && mayBeSame(\.domain) && mayBeSame(\.projectID) && mayBeSame(\.projectName)
    }

    /// The account of the IAM user.
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
