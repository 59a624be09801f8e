// SPDX-License-Identifier: Apache-2.0
internal import Aggregation
internal import Clocks
internal import ExporterConfig
internal import Exposition
internal import FabricAPI
internal import FabricAuth
internal import FabricModel
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
    private let tally: EndpointTally.Settings
    private let clock: any ExporterClock
    private let transport: MeasuredTransport
    private let credentials: any CredentialProvider
    private let client: SourceClient

    /// - Throws: ``ExporterError`` when no source can be made of the settings.
    init(
        _ settings: SourceSettings, factory: SourceFactory, tally: EndpointTally.Settings, limiter: RequestLimiter,
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
            timeout: poll.timeout, clock: clock
        ) { statistics.count($0) }
        credentials = try factory.credentials(settings, exchanges: exchanges)
        var exchangeSettings = factory.exchangeSettings
        exchangeSettings.retries = min(poll.retries, Self.retries)
        client = SourceClient(
            source: settings.name, transport: transport, credentials: credentials, clock: clock, limiter: limiter,
            settings: exchangeSettings, statistics: statistics)
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
        let outcome = await MeasuredTransport.$stopwatch.withValue(watch) {
            await lister(name: wanted.name, wanted.enterpriseProjectID).list()
        }
        var discovery = SourceFindings.Discovery(
            latency: watch.latency, requests: watch.exchanges, found: outcome.result)
        guard case .success(let found) = outcome.result else { return discovery }
        let polled = Set(SourceFactory.merge(settings).targets(discovered: found).map(\.workspace.key.workspaceID))
        discovery.leftOut = found.filter { !polled.contains($0.id) }.map { $0.name ?? $0.id }.sorted()
        let all = DiscoverySettings().enterpriseProjectID
        if found.isEmpty, wanted.name != nil || wanted.enterpriseProjectID != all {
            discovery.unfiltered = try? await lister(name: nil, all).firstPage().total
        }
        return discovery
    }

    private func entries(
        _ targets: [DiscoveryMerge.Target], omission: SourceFindings.Omission?
    ) async -> [SourceFindings.Entry] {
        var omission = omission
        var entries: [SourceFindings.Entry] = []
        var waiting = targets[...]
        // One after the other until one has answered: what concerns the whole source shows itself in the first.
        while omission == nil, let target = waiting.popFirst() {
            let entry = await entry(target)
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
                + waiting.map { target in
                    .init(workspace: target.workspace, filter: target.filter, outcome: .notAsked(omission))
                }
        }
        let rest = Array(waiting)
        return await withTaskGroup(of: SourceFindings.Entry.self) { group in
            for target in rest.prefix(poll.concurrency) { group.addTask { await self.entry(target) } }
            var next = min(poll.concurrency, rest.count)
            for await entry in group {
                entries.append(entry)
                if next < rest.count {
                    let target = rest[next]
                    group.addTask { await self.entry(target) }
                    next += 1
                }
            }
            return entries.sorted { $0.workspace.key < $1.workspace.key }
        }
    }

    private func entry(_ target: DiscoveryMerge.Target) async -> SourceFindings.Entry {
        let watch = Stopwatch()
        var entry = SourceFindings.Entry(
            workspace: target.workspace, filter: target.filter, outcome: .notAsked(.noAnswer))
        do throws(APIFailure) {
            let page = try await firstPage(target.workspace, target.filter, watch)
            entry.outcome = .answered(await answer(page, target))
        } catch {
            entry.outcome = .failed(error)
        }
        entry.latency = watch.latency
        return entry
    }

    private func firstPage(
        _ workspace: Workspace, _ filter: EndpointFilter, _ watch: Stopwatch
    ) async throws(APIFailure) -> FirstPage<EndpointTally> {
        let lister = EndpointLister(client: client, workspace: workspace, filter: filter)
        let tally = tally
        let result = await MeasuredTransport.$stopwatch.withValue(watch) {
            do throws(APIFailure) {
                let page = try await lister.firstPage {
                    EndpointTally(settings: tally, memory: WorkspaceMemory())
                }
                return Result<FirstPage<EndpointTally>, APIFailure>.success(page)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func answer(
        _ page: FirstPage<EndpointTally>, _ target: DiscoveryMerge.Target
    ) async -> SourceFindings.Answer {
        var answer = SourceFindings.Answer(
            endpoints: page.count, cost: ExpectedCost(page, maximumDetails: tally.maximumDetails),
            skippedRecords: page.skippedRecords, malformedFields: page.malformedFields)
        if page.count == 0, target.filter != EndpointFilter() {
            // Is there nothing, or is it hidden?
            let whole = EndpointFilter(visibility: target.filter.visibility)
            answer.unfiltered = try? await firstPage(
                target.workspace, target.filter == whole ? EndpointFilter(visibility: "ALL") : whole, Stopwatch()
            ).count
        }
        return answer
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

extension ExpectedCost {
    /// What the first page lets expect of the whole.
    init(_ page: FirstPage<EndpointTally>, maximumDetails: Int) {
        let counts = WorkspaceListing.Counts(
            endpoints: page.rows, skippedRecords: page.skippedRecords, malformedFields: page.malformedFields)
        let listing = WorkspaceListing(tally: page.fold, counts: counts, labels: [], now: .init(microseconds: 0))
        var series = listing.fragment.samples + WorkspaceHealthFamilies.seriesOfWorkspace
        if !page.isWhole, page.rows > 0 {
            // Sums have the same series whatever the number of rows; details grow with them up to their limit.
            let shown = listing.details.count
            let ofOne = listing.details.reduce(0) { $0 + ($1.errorCode == nil ? 1 : 2) }
            let wanted = Double(shown + listing.summary.droppedDetails) * Double(page.count) / Double(page.rows)
            let kept = min(Double(maximumDetails), wanted)
            if shown > 0 { series += Int(Double(ofOne) * (kept / Double(shown) - 1)) }
        }
        self.init(requests: page.requests, series: series, isExact: page.isWhole)
    }
}
