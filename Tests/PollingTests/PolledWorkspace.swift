// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import HTTPClient
import Listings
import TestSupport

@testable import Fabric
@testable import Polling

let goldens = Goldens(beside: #filePath)

/// A workspace with a poller, a stub of the API and a manual clock.
struct PolledWorkspace {
    static let interval = Duration.seconds(60)
    static let staleAfter = Duration.seconds(300)

    let clock: ManualClock
    let cloud: StubCloud
    let record = RecordingLogHandler.Record()
    let limiter: RequestLimiter
    let client: SourceClient
    let store: SnapshotStore
    let handle: SnapshotStore.ListingHandle
    let poller: ListingPoller<EndpointListing>

    init(
        _ cloud: StubCloud, workspace: Workspace = .lake, retries: Int = 0, details: DetailLevel = .problems,
        requestTimeout: Duration = .seconds(10), requestsPerSecond: Double = 0,
        credentials: any CredentialProvider = TokenCredentials(.value(Secret("token-of-the-poller")))
    ) {
        self.init(
            cloud, cloud: cloud, clock: ManualClock(), workspace: workspace, retries: retries, details: details,
            requestTimeout: requestTimeout, requestsPerSecond: requestsPerSecond, credentials: credentials)
    }

    /// Creates a workspace that is polled through `transport`.
    init(through transport: any HTTPTransport, clock: ManualClock = ManualClock()) {
        self.init(
            transport, cloud: StubCloud(.silence), clock: clock, workspace: .lake, retries: 0, details: .problems,
            requestTimeout: .seconds(10), requestsPerSecond: 0,
            credentials: TokenCredentials(.value(Secret("token-of-the-poller")))
        )
    }

    private init(
        _ transport: any HTTPTransport, cloud: StubCloud, clock: ManualClock, workspace: Workspace, retries: Int,
        details: DetailLevel, requestTimeout: Duration, requestsPerSecond: Double,
        credentials: any CredentialProvider
    ) {
        self.cloud = cloud
        self.clock = clock
        limiter = RequestLimiter(concurrency: 4, clock: clock)
        client = SourceClient(
            transport: transport, credentials: credentials, clock: clock,
            limiter: limiter,
            settings: PollSettings(
                timeout: requestTimeout, interval: Self.interval, requestsPerSecond: requestsPerSecond,
                retries: retries,
                maxResponseBytes: 1 << 20, pageSize: 100, maxEndpoints: 1_000))
        store = SnapshotStore(clock: clock)
        var timing = Self.timing
        timing.requestTimeout = requestTimeout
        let settings = ListingSettings(details: details, maximumDetails: 1_000)
        store.configure([workspace.key.source: PollOptions(settings: settings, timing: timing)])
        handle = store.add("endpoints", of: workspace, timing)
        poller = ListingPoller(
            EndpointListing(
                of: workspace,
                settings: ListingSettings(details: details, maximumDetails: 1_000)),
            client: client, store: store, handle: handle, timing: timing, clock: clock,
            log: PollLog(of: EndpointListing.self, of: workspace, logger: .recording(record)))
    }

    static let timing = PollTiming(interval: interval, requestTimeout: .seconds(10), staleAfter: staleAfter)

    /// Returns a poller of another workspace of the same source, with the same store.
    func poller(of id: String) -> ListingPoller<EndpointListing> {
        let workspace = Workspace(
            key: WorkspaceKey(source: "cn-north-4", workspaceID: id), baseURL: "https://fabric.example")
        return ListingPoller(
            EndpointListing(
                of: workspace,
                settings: ListingSettings(details: .problems, maximumDetails: 1_000)),
            client: client, store: store, handle: store.add("endpoints", of: workspace, Self.timing),
            timing: Self.timing, clock: clock,
            log: PollLog(of: EndpointListing.self, of: workspace, logger: .recording(record)))
    }

    /// Returns the page of the store, as a scrape gets it.
    func page(_ format: ExpositionFormat = .text) -> String { store.page(format) }
}

extension SnapshotStore {
    static let registry = MetricRegistry(
        ListingRegistry.familyGroups + [
            CreationDurations.familyGroup, ListingFamilies.familyGroup, PollHealthFamilies.familyGroup,
        ])

    func page(_ format: ExpositionFormat = .text) -> String {
        _ = version
        return String(
            decoding: Self.registry.render(format, fragments: sourceFragments() + [settingsFragment()] + fragments()),
            as: UTF8.self)
    }

    /// Returns the samples of all families except health families.
    func domainSamples() -> [Substring] {
        let health = PollHealthFamilies.familyGroup.families.map(\.name)
        return page().split(separator: "\n").filter { line in
            !line.hasPrefix("#") && !health.contains { line.hasPrefix($0 + "{") || line.hasPrefix($0 + " ") }
        }
    }

    /// Returns the value of a family's sample with this `reason`; nil if there is none. Default: the first sample.
    func value(of family: String, reason: String? = nil) -> String? {
        page().split(separator: "\n").first { line in
            line.hasPrefix("dataarts_fabric_\(family){") && reason.map { line.contains(#"reason="\#($0)""#) } ?? true
        }?.split(separator: " ").last.map(String.init)
    }
}

extension Workspace {
    static let lake = Workspace(
        key: WorkspaceKey(source: "cn-north-4", workspaceID: "w1"), name: "lake", regionID: "cn-north-4",
        baseURL: "https://fabric.example")
}

extension StubCloud.Answer {
    /// Returns a complete listing of one page with `rows`, each the members of a JSON object.
    static func listing(_ rows: String...) -> Self {
        .body(#"{"endpoints":[\#(rows.map { "{\($0)}" }.joined(separator: ","))],"total":\#(rows.count)}"#)
    }
}

extension ExpositionFormat {
    var suffix: String { self == .text ? "prom" : "openmetrics" }
}
