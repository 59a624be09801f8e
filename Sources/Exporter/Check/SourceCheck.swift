// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Exposition
internal import Fabric
internal import Listings
internal import Polling

/// Checks one source: gets its credential, discovers workspaces, lists one page of every workspace, and reads
/// the quotas. It respects the
/// source's rate limit and stops when the credential is rejected, so that no key or account is locked.
struct SourceCheck: Sendable {
    /// The number of workspaces to try, one after the other, before giving up a source that doesn't respond.
    static let maximumUnanswered = 3
    /// The maximum retries of each request; fewer than in a poll, because a user is waiting.
    private static let retries = 1

    private let settings: SourceSettings
    private let poll: PollSettings
    private let tally: ListingSettings
    private let clock: any ExporterClock
    private let transport: MeasuredTransport
    private let credentials: any CredentialProvider
    private let client: SourceClient

    /// Creates a check.
    /// - Throws: ``ExporterError`` if a source cannot be created from the settings.
    init(
        _ settings: SourceSettings, factory: SourceFactory, tally: ListingSettings, limiter: RequestLimiter,
        clock: any ExporterClock
    ) throws(ExporterError) {
        self.settings = settings
        self.tally = tally
        self.clock = clock
        poll = factory.poll
        transport = MeasuredTransport(factory.transport(settings), clock: clock)
        let statistics = APIStatistics()
        let credentialClient = CredentialClient(
            transport: transport, direct: MeasuredTransport(factory.directTransport(), clock: clock),
            timeout: poll.timeout, clock: clock, statistics: statistics)
        credentials = try factory.credentials(settings, client: credentialClient)
        var settingsOfClient = poll
        settingsOfClient.retries = min(poll.retries, Self.retries)
        client = SourceClient(
            source: settings.name, transport: transport, credentials: credentials, clock: clock, limiter: limiter,
            settings: settingsOfClient, statistics: statistics)
    }

    /// Runs all steps.
    func run() async -> SourceFindings {
        var findings = SourceFindings(settings: settings)
        findings.credential = await credential()
        var targets = SourceFactory.targetSelection(settings).targets(discovered: [])
        var skipReason: SourceFindings.SkipReason?
        if case .failed = findings.credential {
            skipReason = .credentialRejected
        } else if let wanted = settings.discovery {
            let discovery = await discover(wanted)
            findings.discovery = discovery
            switch discovery.found {
            case .success(let found): targets = SourceFactory.targetSelection(settings).targets(discovered: found)
            case .failure(let failure): if failure.concernsCredential { skipReason = .credentialRejected }
            }
        }
        findings.entries = await entries(targets, skipReason: skipReason)
        if let wanted = settings.collect.quotas, skipReason == nil, !findings.entries.contains(where: \.stopsCheck) {
            findings.quotas = await quotas(wanted)
        }
        if findings.entries.contains(where: \.isUnknown) {
            if case .success(let found) = findings.discovery?.found {
                findings.visible = found.map(\.id)
            } else if findings.discovery == nil {
                let page = try? await lister(name: nil, DiscoverySettings().enterpriseProjectID)
                    .firstPage()
                findings.visible = page?.workspaces.map(\.id)
            }
        }
        findings.clockSkewSeconds = transport.clockSkewSeconds
        return findings
    }

    private func credential() async -> SourceFindings.CredentialState {
        let watch = Stopwatch()
        do {
            _ = try await MeasuredTransport.$stopwatch.withValue(watch) { try await credentials.credential() }
            if watch.requests == 0 { return .given }
            return .obtained(endsAt: credentials.status.expiryMicroseconds)
        } catch let failure as CredentialFailure {
            return .failed(
                APIFailure(.credentials, failure.description, requestID: failure.requestID),
                didRespond: watch.failure == nil, cause: failure.cause)
        } catch {
            return .failed(APIFailure(.credentials, "\(error)"), didRespond: true, cause: .other)
        }
    }

    private func lister(name: String?, _ enterpriseProjectID: String) -> WorkspaceLister {
        WorkspaceLister(
            client: client, baseURL: settings.baseURL, api: settings.api, name: name,
            enterpriseProjectID: enterpriseProjectID)
    }

    private func discover(_ wanted: DiscoverySettings) async -> SourceFindings.Discovery {
        let watch = Stopwatch()
        let found = await watch.measure { () async throws(APIFailure) in
            try await lister(name: wanted.name, wanted.enterpriseProjectID).list().workspaces
        }
        var discovery = SourceFindings.Discovery(latency: watch.latency, requests: watch.requests, found: found)
        guard case .success(let found) = found else { return discovery }
        let polled = Set(
            SourceFactory.targetSelection(settings).targets(discovered: found).map(\.workspace.key.workspaceID))
        discovery.excluded = found.filter { !polled.contains($0.id) }.map { $0.name ?? $0.id }.sorted()
        let all = DiscoverySettings().enterpriseProjectID
        if found.isEmpty, wanted.name != nil || wanted.enterpriseProjectID != all {
            discovery.unfiltered = try? await lister(name: nil, all).firstPage().total
        }
        return discovery
    }

    private func quotas(_ wanted: CollectSettings.Quotas) async -> SourceFindings.Quotas {
        // No other request is sent meanwhile, so this one need not come last.
        let lister = QuotaLister(
            client: client, baseURL: settings.baseURL, projectID: wanted.projectID,
            maximumResources: tally.maximumLabelValues, isAlone: true)
        let watch = Stopwatch()
        let found = await watch.measure { () async throws(APIFailure) in try await lister.list() }
        return SourceFindings.Quotas(latency: watch.latency, found: found, interval: wanted.interval)
    }

    private func entries(
        _ targets: [TargetSelection.Target], skipReason: SourceFindings.SkipReason?
    ) async -> [SourceFindings.Entry] {
        var skipReason = skipReason
        var entries: [SourceFindings.Entry] = []
        let collected = settings.collect.workspaceListings
        let listings = ListingRegistry.all.filter { !$0.isOptional || collected[$0.name] != nil }
        let all = targets.flatMap { target in
            listings.map {
                SourceFindings.Entry(
                    listing: $0, workspace: target.workspace, filter: target.filter,
                    interval: collected[$0.name]?.interval ?? poll.interval, outcome: .skipped(.noResponse))
            }
        }
        var waiting = all[...]
        // One after the other until one succeeds, because failures of the whole source show in the first one.
        while skipReason == nil, let next = waiting.popFirst() {
            let entry = await ask(next, next.listing)
            entries.append(entry)
            guard case .failed(let failure) = entry.outcome, failure.status == nil || failure.concernsCredential else {
                break
            }
            if failure.concernsCredential {
                skipReason = .credentialRejected
            } else if entries.count == Self.maximumUnanswered {
                skipReason = .noResponse
            }
        }
        if let skipReason {
            return entries
                + waiting.map { entry in
                    var entry = entry
                    entry.outcome = .skipped(skipReason)
                    return entry
                }
        }
        let rest = Array(waiting)
        return await withTaskGroup(of: SourceFindings.Entry.self) { group in
            for entry in rest.prefix(poll.concurrency) { group.addTask { await self.ask(entry, entry.listing) } }
            var next = min(poll.concurrency, rest.count)
            for await entry in group {
                entries.append(entry)
                if next < rest.count {
                    let entry = rest[next]
                    group.addTask { await self.ask(entry, entry.listing) }
                    next += 1
                }
            }
            let order = ListingRegistry.all.map { $0.name }
            return entries.sorted {
                ($0.workspace.key, order.firstIndex(of: $0.listing.name) ?? 0)
                    < ($1.workspace.key, order.firstIndex(of: $1.listing.name) ?? 0)
            }
        }
    }

    private func ask<L: Listing>(_ entry: SourceFindings.Entry, _: L.Type) async -> SourceFindings.Entry {
        var entry = entry
        var settings = tally
        settings.filter = entry.filter
        settings.servicesURL = self.settings.servicesURL
        let listing = L(of: entry.workspace, settings: settings)
        let watch = Stopwatch()
        let probe = await watch.measure { () async throws(APIFailure) in try await listing.probe(through: client) }
        switch probe {
        case .success(let probe):
            var answer = SourceFindings.Listed(probe: probe)
            // Tells an empty workspace from one whose filter matches nothing.
            if probe.records == 0, let widened = listing.widened {
                answer.unfiltered = try? await widened.probe(through: client).records
            }
            entry.outcome = .listed(answer)
        case .failure(let failure): entry.outcome = .failed(failure)
        }
        entry.latency = watch.latency
        return entry
    }
}

extension SourceFindings.Entry {
    /// Whether no further request of the source should be sent: the credential is rejected or missing, or there is no
    /// response.
    fileprivate var stopsCheck: Bool {
        switch outcome {
        case .failed(let failure): failure.concernsCredential
        case .skipped: true
        case .listed: false
        }
    }

    /// Whether the workspace doesn't exist.
    fileprivate var isUnknown: Bool {
        if case .failed(let failure) = outcome { failure.reason == .notFound } else { false }
    }
}

extension APIFailure {
    /// Whether the credential is rejected or missing.
    var concernsCredential: Bool { reason == .unauthenticated || reason == .credentials }
}
