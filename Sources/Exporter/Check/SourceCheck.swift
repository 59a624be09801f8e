// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Exposition
internal import Fabric
internal import Listings
internal import Polling

/// Tries what one source is configured to do: gets its credential, discovers, lists one page of every workspace. It keeps
/// to the source's pace, and stops at the first refusal of the credential, so that no key or account is locked.
struct SourceCheck: Sendable {
    /// Workspaces asked one after the other before a source that never answers is given up.
    static let mostSilent = 3
    /// Of each exchange; a poll has more of them, but this one is waited for.
    private static let retries = 1

    private let settings: SourceSettings
    private let poll: PollSettings
    private let tally: ListingSettings
    private let clock: any ExporterClock
    private let transport: MeasuredTransport
    private let credentials: any CredentialProvider
    private let client: SourceClient

    /// - Throws: ``ExporterError`` when no source can be made of the settings.
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
        let exchanges = CredentialExchanges(
            transport: transport, direct: MeasuredTransport(factory.directTransport(), clock: clock),
            timeout: poll.timeout, clock: clock, statistics: statistics)
        credentials = try factory.credentials(settings, exchanges: exchanges)
        var settingsOfClient = poll
        settingsOfClient.retries = min(poll.retries, Self.retries)
        client = SourceClient(
            source: settings.name, transport: transport, credentials: credentials, clock: clock, limiter: limiter,
            settings: settingsOfClient, statistics: statistics)
    }

    /// Tries everything.
    func run() async -> SourceFindings {
        var findings = SourceFindings(settings: settings)
        findings.credential = await credential()
        var targets = SourceFactory.merge(settings).targets(discovered: [])
        var omission: SourceFindings.Omission?
        if case .failed = findings.credential {
            omission = .credentialRefused
        } else if let wanted = settings.discovery {
            let discovery = await discover(wanted)
            findings.discovery = discovery
            switch discovery.found {
            case .success(let found): targets = SourceFactory.merge(settings).targets(discovered: found)
            case .failure(let failure): if failure.isOfCredential { omission = .credentialRefused }
            }
        }
        findings.entries = await entries(targets, omission: omission)
        if findings.entries.contains(where: \.isUnknown) {
            if case .success(let found) = findings.discovery?.found {
                findings.visible = found.map(\.id)
            } else if findings.discovery == nil {
                let page = try? await lister(name: nil, DiscoverySettings().enterpriseProjectID)
                    .firstPage()
                findings.visible = page?.workspaces.map(\.id)
            }
        }
        findings.secondsAhead = transport.secondsAhead
        return findings
    }

    private func credential() async -> SourceFindings.CredentialState {
        let watch = Stopwatch()
        do {
            _ = try await MeasuredTransport.$stopwatch.withValue(watch) { try await credentials.credential() }
            if watch.exchanges == 0 { return .given }
            return .obtained(endsAt: credentials.status.expiryMicroseconds)
        } catch let failure as CredentialFailure {
            return .failed(
                APIFailure(.credentials, failure.description, requestID: failure.requestID),
                didAnswer: watch.failure == nil, cause: failure.cause)
        } catch {
            return .failed(APIFailure(.credentials, "\(error)"), didAnswer: true, cause: .other)
        }
    }

    private func lister(name: String?, _ enterpriseProjectID: String) -> WorkspaceLister {
        WorkspaceLister(
            client: client, baseURL: settings.baseURL, name: name, enterpriseProjectID: enterpriseProjectID)
    }

    private func discover(_ wanted: DiscoverySettings) async -> SourceFindings.Discovery {
        let watch = Stopwatch()
        let found = await watch.measure { () async throws(APIFailure) in
            try await lister(name: wanted.name, wanted.enterpriseProjectID).list().workspaces
        }
        var discovery = SourceFindings.Discovery(latency: watch.latency, requests: watch.exchanges, found: found)
        guard case .success(let found) = found else { return discovery }
        let polled = Set(SourceFactory.merge(settings).targets(discovered: found).map(\.workspace.key.workspaceID))
        discovery.leftOut = found.filter { !polled.contains($0.id) }.map { $0.name ?? $0.id }.sorted()
        let all = DiscoverySettings().enterpriseProjectID
        if found.isEmpty, wanted.name != nil || wanted.enterpriseProjectID != all {
            discovery.unfiltered = try? await lister(name: nil, all).firstPage().total
        }
        return discovery
    }

    private func entries(
        _ targets: [TargetSelection.Target], omission: SourceFindings.Omission?
    ) async -> [SourceFindings.Entry] {
        var omission = omission
        var entries: [SourceFindings.Entry] = []
        let all = targets.flatMap { target in
            ListingRegistry.all.map {
                SourceFindings.Entry(
                    listing: $0, workspace: target.workspace, filter: target.filter, outcome: .notAsked(.noAnswer))
            }
        }
        var waiting = all[...]
        // One after the other until one has answered: what concerns the whole source shows itself in the first.
        while omission == nil, let next = waiting.popFirst() {
            let entry = await ask(next, next.listing)
            entries.append(entry)
            guard case .failed(let failure) = entry.outcome, failure.status == nil || failure.isOfCredential else {
                break
            }
            if failure.isOfCredential {
                omission = .credentialRefused
            } else if entries.count == Self.mostSilent {
                omission = .noAnswer
            }
        }
        if let omission {
            return entries
                + waiting.map { entry in
                    var entry = entry
                    entry.outcome = .notAsked(omission)
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
        let listing = L(of: entry.workspace, settings: settings)
        let watch = Stopwatch()
        let probe = await watch.measure { () async throws(APIFailure) in try await listing.probe(through: client) }
        switch probe {
        case .success(let probe):
            var answer = SourceFindings.Answer(probe: probe)
            // Is there nothing, or is it hidden?
            if probe.records == 0, let widened = listing.widened {
                answer.unfiltered = try? await widened.probe(through: client).records
            }
            entry.outcome = .answered(answer)
        case .failure(let failure): entry.outcome = .failed(failure)
        }
        entry.latency = watch.latency
        return entry
    }
}

extension SourceFindings.Entry {
    /// Whether the API knows no such workspace.
    fileprivate var isUnknown: Bool {
        if case .failed(let failure) = outcome { failure.reason == .notFound } else { false }
    }
}

extension APIFailure {
    /// Whether it says that the credential is refused, or that there is none.
    var isOfCredential: Bool { reason == .unauthenticated || reason == .credentials }
}
