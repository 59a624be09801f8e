// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Fabric
import Polling
import Synchronization
import TestSupport

/// A discovery loop with an interval of five minutes, and its dependencies.
struct DiscoveryScene {
    /// Records the ids that the loop reports.
    final class ReportedIDs: Sendable {
        /// One element per report.
        let stream: AsyncStream<[String]>
        private let sink: AsyncStream<[String]>.Continuation
        private let last = Mutex<[String]?>(nil)

        init() { (stream, sink) = AsyncStream<[String]>.makeStream() }

        func note(_ ids: [String]) {
            last.withLock { $0 = ids }
            sink.yield(ids)
        }

        /// Returns the last report since the last call.
        func take() -> [String]? {
            last.withLock { last in
                defer { last = nil }
                return last
            }
        }
    }

    let transport: StubListTransport
    let clock: ManualClock
    let log = RecordedLog()
    let store = DiscoveryStore()
    let reported = ReportedIDs()
    let loop: DiscoveryLoop

    /// Creates a loop whose requests are answered by `answer`, called with their number, from 0.
    init(
        clock: ManualClock = ManualClock(),
        countSelected: @escaping @Sendable ([DiscoveredWorkspace]) -> Int = { $0.count },
        answer: @escaping @Sendable (Int) -> StubListTransport.Answer
    ) {
        self.clock = clock
        transport = StubListTransport { answer($0.number) }
        let client = SourceClient(
            transport: transport, credentials: TokenCredentials(.value(Secret("MIIFtokenOfTheTests"))), clock: clock,
            limiter: RequestLimiter(concurrency: 16, clock: clock),
            settings: PollSettings(
                timeout: .seconds(10), interval: .seconds(60), requestsPerSecond: 0, retries: 0,
                maxResponseBytes: 1 << 20, pageSize: 100, maxEndpoints: 100))
        store.add("prod")
        loop = DiscoveryLoop(
            source: "prod",
            lister: WorkspaceLister(
                client: client, baseURL: "https://fabric.example", name: nil, enterpriseProjectID: "all_granted_eps"),
            timing: PollTiming(interval: .seconds(300), requestTimeout: .seconds(10)), clock: clock,
            logger: log.logger, store: store, countSelected: countSelected
        ) { [reported] workspaces in reported.note(workspaces.map(\.id)) }
    }

    /// Returns a page of workspaces with these ids.
    static func page(_ ids: String...) -> StubListTransport.Answer {
        .page(of: ids.map { "{\"id\":\"\($0)\"}" }, key: "workspaces")
    }

    /// Runs one discovery.
    /// - Returns: the reported ids; nil without a change.
    func step() async -> [String]? {
        await loop.step()
        return reported.take()
    }

    /// The source's sample lines, without prefix and source label, and without zero failures.
    var lines: [String] {
        let page = MetricRegistry([DiscoveryFamilies.familyGroup]).render(.text, fragments: store.fragments())
        let prefix = "dataarts_fabric_discovery_"
        return String(decoding: page, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix(prefix) && !($0.contains("reason=") && $0.hasSuffix(" 0")) }
            .map { line in
                String(line.dropFirst(prefix.count)).replacing(#"{source="prod"}"#, with: "")
                    .replacing(#"source="prod","#, with: "")
            }
    }
}
