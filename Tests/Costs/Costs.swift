// SPDX-License-Identifier: Apache-2.0
// Does one piece of the exporter's work on fixed input again and again, so that scripts/check-costs can count instructions
// from outside:
//     fabric-costs poll|details|render ENDPOINTS ROUNDS
// What is made ready before the first round is the same for any number of rounds, and goes when two runs are subtracted.
internal import Aggregation
internal import Clocks
internal import Exposition
internal import FabricAPI
internal import FabricAuth
internal import FabricModel
internal import Glibc
internal import Secrets

@main
enum Costs {
    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[2]), let rounds = Int(arguments[3]) else {
            print("usage: fabric-costs poll|details|render ENDPOINTS ROUNDS")
            exit(2)
        }
        let work = Work(endpoints: count)
        switch arguments[1] {
        // Pages are decoded and their rows counted; with details, about a quarter is kept by itself.
        case "poll": for _ in 0..<rounds { _ = await work.poll(.none) }
        case "details": for _ in 0..<rounds { _ = await work.poll(.problems) }
        // A listing with every endpoint by itself becomes a page.
        case "render":
            let tally = await work.poll(.all)
            for _ in 0..<rounds { work.render(tally) }
        default: exit(2)
        }
    }
}

/// A source of one workspace whose pages come from memory.
struct Work {
    private let client: SourceClient
    private let lister: EndpointLister
    private let count: Int

    init(endpoints: Int) {
        count = endpoints
        client = SourceClient(
            source: "costs", transport: ListedPages(endpoints: endpoints),
            credentials: TokenCredentials(token: Secret("token")), clock: SystemClock(),
            limiter: RequestLimiter(concurrency: 2, clock: SystemClock()),
            settings: ExchangeSettings(
                timeout: .seconds(600), interval: .seconds(6_000), requestsPerSecond: 0, retries: 0,
                maxResponseBytes: 1 << 26, pageSize: 100, maxEndpoints: 1_000_000))
        let workspace = Workspace(
            key: WorkspaceKey(source: "costs", workspaceID: "0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f8f11"), name: "costs",
            regionID: "cn-north-4", baseURL: "http://127.0.0.1")
        lister = EndpointLister(client: client, workspace: workspace, filter: EndpointFilter())
    }

    /// Lists, decodes, tallies.
    func poll(_ details: DetailLevel) async -> EndpointTally {
        let settings = EndpointTally.Settings(details: details, maximumDetails: count, remembers: false)
        let outcome = await lister.list {
            EndpointTally(settings: settings, memory: WorkspaceMemory())
        }
        guard case .success(let listing) = outcome.result, listing.endpoints == count else {
            print("the pages were not listed: \(outcome.result)")
            exit(1)
        }
        return listing.fold
    }

    func render(_ tally: EndpointTally) {
        let counts = WorkspaceListing.Counts(endpoints: count, skippedRecords: 0, malformedFields: 0)
        let labels = [Label("source", "costs"), Label("workspace_id", "0c4f5a1e"), Label("workspace", "costs")]
        let listing = WorkspaceListing(tally: tally, counts: counts, labels: labels, now: Timestamp(microseconds: 0))
        let catalogue = Catalogue([EndpointFamilies.chapter, CapacityFamilies.chapter, DetailFamilies.chapter])
        var bytes = 0
        catalogue.write(.text, [.subject(listing)]) { bytes += $0.count }
        guard bytes > count else { exit(1) }
    }
}
