// SPDX-License-Identifier: Apache-2.0
// Repeats one part of the exporter's work on fixed input, so that scripts/check-costs can count its instructions:
//     fabric-costs poll|details|records|render|search ENDPOINTS ROUNDS
// The setup costs the same for any number of rounds; the difference between two runs excludes it.
internal import Base
internal import Exposition
internal import Fabric
internal import Glibc
internal import Listings

@main
enum Costs {
    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[2]), let rounds = Int(arguments[3]) else {
            print("usage: fabric-costs poll|details|records|render|search ENDPOINTS ROUNDS")
            exit(2)
        }
        let work = Work(endpoints: count)
        switch arguments[1] {
        // Decodes pages and counts their rows; `details` keeps details of about a quarter of them.
        case "poll": for _ in 0..<rounds { _ = await work.poll(.none) }
        case "details": for _ in 0..<rounds { _ = await work.poll(.problems) }
        // As `details`, and keeps all records for the status page.
        case "records": for _ in 0..<rounds { _ = await work.poll(.problems, keepsRecords: true) }
        // Renders a listing with details of all endpoints as a page. About a tenth are the headers of all families, which
        // the web server creates only once.
        case "render":
            let listed = await work.poll(.all)
            for _ in 0..<rounds { work.render(listed) }
        // Counts the kept records that need attention, and searches for the last one's name.
        case "search":
            let records = work.records(await work.poll(.none, keepsRecords: true))
            for _ in 0..<rounds { work.search(records) }
        default: exit(2)
        }
    }
}

/// A source with one workspace whose pages are served from memory.
struct Work {
    private let client: SourceClient
    private let workspace: Workspace
    private let count: Int

    init(endpoints: Int) {
        count = endpoints
        var settings = PollSettings()
        (settings.timeout, settings.interval) = (.seconds(600), .seconds(6_000))
        (settings.requestsPerSecond, settings.retries) = (0, 0)
        (settings.maxResponseBytes, settings.maxEndpoints) = (1 << 26, 1_000_000)
        client = SourceClient(
            source: "costs", transport: ListedPages(endpoints: endpoints),
            credentials: TokenCredentials(.value(Secret("token"))), clock: SystemClock(),
            limiter: RequestLimiter(concurrency: 2, clock: SystemClock()), settings: settings)
        workspace = Workspace(
            key: WorkspaceKey(source: "costs", workspaceID: "0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f8f11"), name: "costs",
            regionID: "cn-north-4", baseURL: "http://127.0.0.1")
    }

    private func listing(_ details: DetailLevel, keepsRecords: Bool = false) -> EndpointListing {
        EndpointListing(
            of: workspace,
            settings: ListingSettings(details: details, maximumDetails: count, keepsRecords: keepsRecords))
    }

    /// Lists, decodes and counts.
    func poll(_ details: DetailLevel, keepsRecords: Bool = false) async -> ListedRows<EndpointTally> {
        let listing = listing(details, keepsRecords: keepsRecords)
        let turn = client.turn(of: workspace.key.workspaceID)
        do throws(APIFailure) {
            let listed = try await RowLister(client: client, request: listing.request).list(turn) {
                listing.fold(memory: nil)
            }
            if listed.rows == count { return listed }
            print("\(listed.rows) rows were listed")
        } catch {
            print("the pages were not listed: \(error)")
        }
        exit(1)
    }

    func render(_ listed: ListedRows<EndpointTally>) {
        let snapshot = listing(.all).snapshot(of: listed, now: Timestamp(microseconds: 0), instant: .now).snapshot
        let registry = MetricRegistry(ListingRegistry.familyGroups + [ListingFamilies.familyGroup])
        guard registry.render(.text, fragments: [snapshot.fragment]).count > count else { exit(1) }
    }

    func records(_ listed: ListedRows<EndpointTally>) -> RecordList {
        listing(.none).snapshot(of: listed, now: Timestamp(microseconds: .max), instant: .now).snapshot.records
    }

    func search(_ records: RecordList) {
        let search = RecordSearch("NUMBER-\(count - 1)")
        let counts = records.counts(at: Timestamp(microseconds: .max))
        guard !counts.attention.isEmpty, records.count(where: { $0.matches(search) }) > 0 else { exit(1) }
    }
}
