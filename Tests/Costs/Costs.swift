// SPDX-License-Identifier: Apache-2.0
// Does one piece of the exporter's work on a fixed input, so that its cost can be measured from outside:
//     fabric-costs poll|render|assemble|change COUNT ROUNDS
// What is made ready before the rounds is subtracted by measuring zero rounds as well.
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
            print("usage: fabric-costs poll|render|assemble|change COUNT ROUNDS")
            exit(2)
        }
        let work = Work(endpoints: count)
        let begin = clock()
        switch arguments[1] {
        case "poll": for _ in 0..<rounds { _ = await work.poll(.none) }
        case "details": for _ in 0..<rounds { _ = await work.poll(.problems) }
        case "render":
            guard let tally = await work.poll(.all) else { exit(1) }
            for _ in 0..<rounds { _ = work.render(tally) }
        default: exit(2)
        }
        print("\((clock() - begin) / 1000) ms")
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
            credentials: TokenCredentials(token: Secret("token")), clock: SystemClock(), slots: ExchangeSlots(count: 8),
            settings: ExchangeSettings(
                timeout: .seconds(60), interval: .seconds(600), requestsPerSecond: 0, retries: 0,
                maxResponseBytes: 1 << 26, pageSize: 100, maxEndpoints: 1_000_000))
        let workspace = Workspace(
            key: WorkspaceKey(source: "costs", workspaceID: "0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f8f11"), name: "costs",
            regionID: "cn-north-4", baseURL: "http://127.0.0.1")
        lister = EndpointLister(client: client, workspace: workspace, filter: EndpointFilter())
    }

    /// Lists, decodes, tallies.
    func poll(_ details: DetailLevel) async -> EndpointTally? {
        let settings = EndpointTally.Settings(details: details, maximumDetails: count)
        let outcome = await lister.list(retryUntil: .now + .seconds(600)) {
            EndpointTally(settings: settings, memory: WorkspaceMemory())
        }
        guard case .success(let listing) = outcome.result else { return nil }
        return listing.fold
    }

    func render(_ tally: EndpointTally) -> WorkspaceListing {
        let counts = WorkspaceListing.Counts(endpoints: count, skippedRecords: 0, malformedFields: 0)
        let labels = [Label("source", "costs"), Label("workspace_id", "0c4f5a1e"), Label("workspace", "costs")]
        return WorkspaceListing(tally: tally, counts: counts, labels: labels, now: Timestamp(microseconds: 0))
    }
}
