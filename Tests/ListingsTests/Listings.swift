// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import TestSupport
import Testing

@testable import Fabric
@testable import Listings

let goldens = Goldens(beside: #filePath)

/// The end of the first poll in these tests.
let firstPoll = Timestamp(seconds: 1_800_000_000)
/// The end of the first poll by the monotonic clock.
let firstInstant = ContinuousClock.now

/// 2020-09-13T12:26:40Z, the origin of times in these tests: times before 2010 are implausible.
let start: Int64 = 1_600_000_000

/// The statuses that have zero series for each pair of type and visibility.
let zeroStatuses = EndpointStatus.table.filter(\.hasZeroSeries).map(\.status.rawValue)

extension Timestamp {
    init(seconds: Int64) { self.init(microseconds: seconds * 1_000_000) }
}

/// Consecutive listings of one workspace; each has the memory of the previous one.
struct ListedWorkspace {
    var details = DetailLevel.problems
    var limit = 1_000
    var labelValues = 200
    var owner = OwnerLabel.name
    var keepsRecords = false
    var api = APIVersion.v1
    private(set) var memory: WorkspaceMemory?

    init(
        details: DetailLevel = .problems, limit: Int = 1_000, labelValues: Int = 200, owner: OwnerLabel = .name,
        keepsRecords: Bool = false, api: APIVersion = .v1
    ) {
        self.details = details
        self.limit = limit
        self.labelValues = labelValues
        self.owner = owner
        self.keepsRecords = keepsRecords
        self.api = api
    }

    mutating func list(
        _ rows: [JSONValue], now: Timestamp = firstPoll, at instant: ContinuousClock.Instant = firstInstant
    ) -> ListingSnapshot {
        let listing = EndpointListing(
            of: Workspace(
                key: WorkspaceKey(source: "cn-north-4", workspaceID: "w1"), name: "lake", baseURL: "https://x",
                api: api),
            settings: ListingSettings(
                details: details, maximumDetails: limit, maximumLabelValues: labelValues, owner: owner,
                keepsRecords: keepsRecords))
        let listed = ListedRows(rows, into: listing.fold(memory: memory), now: now)
        let (snapshot, next) = listing.snapshot(of: listed, now: now, instant: instant)
        memory = next
        return snapshot
    }
}

extension ListedRows where Fold.Row: ListedRow {
    /// Creates the result of listing one page of `rows`.
    init(_ rows: [JSONValue], into fold: Fold, now: Timestamp) {
        var (fold, filter) = (fold, RowFilter(plausibleTimes: PlausibleTimes(now: now)))
        var body = Array(JSONValue.object([(name: Fold.Row.plural, value: .array(rows))]).text.utf8)
        do throws(PageDecodingError) {
            let decoder = PageDecoder()
            _ = try decoder?.rows(of: &body, filter: &filter, limit: .max, sharesFirst: false, into: &fold)
        } catch {
            Issue.record(error)
        }
        self.init(
            fold: fold, rows: filter.ids.count, skippedRecords: filter.skipped, malformedFields: filter.malformed)
    }
}

extension ListingSnapshot {
    static let registry = MetricRegistry(ListingRegistry.familyGroups + [ListingFamilies.familyGroup])

    func page(_ format: ExpositionFormat) -> [UInt8] { Self.registry.render(format, fragments: [fragment]) }

    /// Returns the samples of a family without prefix and without the labels of workspace and listing: `labels value`.
    func samples(of family: String) -> [String] {
        let start = "dataarts_fabric_\(family){"
        let own = #"source="cn-north-4",workspace_id="w1",workspace="lake""#
        return String(decoding: page(.text), as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix(start) }
            .map { line in
                var rest = line.dropFirst(start.count)
                if rest.hasPrefix(own) { rest = rest.dropFirst(own.count) }
                if rest.hasPrefix(",") { rest = rest.dropFirst() }
                if rest.hasPrefix(#"listing="endpoints""#) { rest = rest.dropFirst(#"listing="endpoints""#.count) }
                return String(rest.hasPrefix("} ") ? rest.dropFirst(2) : Substring(rest.replacing("} ", with: " ")))
            }
    }
}

/// Returns an endpoint of the type `INFERENCE`.
func endpoint(
    _ id: String, _ status: String, created: Int64? = nil, updated: Int64? = nil, error: String? = nil
) -> JSONValue {
    endpoint(id, "INFERENCE", status, created: created, updated: updated, error: error)
}

/// Returns an endpoint as the API returns it, with a name derived from its id; times in seconds after ``start``.
func endpoint(
    _ id: String, _ type: String, _ status: String, created: Int64? = nil, updated: Int64? = nil, error: String? = nil
) -> JSONValue {
    func time(_ seconds: Int64?) -> JSONValue { JSONValue(seconds.map { Timestamp(seconds: start + $0).iso8601() }) }
    return [
        "id": .string(id), "name": .string("name-\(id)"), "type": .string(type), "status": .string(status),
        "create_time": time(created), "update_time": time(updated), "error_code": JSONValue(error),
    ]
}
