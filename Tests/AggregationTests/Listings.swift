// SPDX-License-Identifier: Apache-2.0
import Exposition
import FabricModel
import TestSupport

@testable import Aggregation

let goldens = Goldens(beside: #filePath)

/// The end of the first poll in these tests.
let firstPoll = Timestamp(seconds: 1_800_000_000)

extension Timestamp {
    init(seconds: Int64) { self.init(microseconds: seconds * 1_000_000) }
}

/// Successive listings of one workspace, each handed the memory of the one before.
struct ListedWorkspace {
    var details = DetailLevel.problems
    var limit = 1_000
    var labels = [Label("source", "cn-north-4"), Label("workspace_id", "w1"), Label("workspace", "lake")]
    private var memory = WorkspaceMemory()

    init(details: DetailLevel = .problems, limit: Int = 1_000) {
        self.details = details
        self.limit = limit
    }

    mutating func list(
        _ rows: [EndpointRow], skipped: Int = 0, malformed: Int = 0, now: Timestamp = firstPoll
    )
        -> WorkspaceListing
    {
        var tally = EndpointTally(
            settings: EndpointTally.Settings(details: details, maximumDetails: limit), memory: memory)
        for row in rows { row.withRecord { tally.add($0) } }
        let listing = WorkspaceListing(
            tally: tally,
            counts: .init(endpoints: rows.count, skippedRecords: skipped, malformedFields: malformed),
            labels: labels, now: now)
        memory = listing.memory
        return listing
    }
}

extension WorkspaceListing {
    static let catalogue = Catalogue([EndpointFamilies.chapter, CapacityFamilies.chapter, DetailFamilies.chapter])

    func page(_ format: ExpositionFormat) -> [UInt8] { Self.catalogue.render(format, fragments: [fragment]) }

    /// The samples of a family without prefix and the workspace's own labels: `labels value`.
    func samples(of family: String) -> [String] {
        let start = "dataarts_fabric_\(family){"
        let own = #"source="cn-north-4",workspace_id="w1",workspace="lake""#
        return String(decoding: page(.text), as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix(start) }
            .map { line in
                var rest = line.dropFirst(start.count)
                if rest.hasPrefix(own) { rest = rest.dropFirst(own.count) }
                if rest.hasPrefix(",") { rest = rest.dropFirst() }
                return String(rest.hasPrefix("} ") ? rest.dropFirst(2) : Substring(rest.replacing("} ", with: " ")))
            }
    }
}

extension EndpointRow {
    /// A row of the type `INFERENCE`.
    init(_ id: String, _ status: String, created: Int64? = nil, updated: Int64? = nil, error: String? = nil) {
        self.init(id, "INFERENCE", status, created: created, updated: updated, error: error)
    }

    /// A row whose name is made of its id.
    init(
        _ id: String, _ type: String, _ status: String, created: Int64? = nil, updated: Int64? = nil,
        error: String? = nil
    ) {
        self.init(
            id: EndpointID(id), name: "name-\(id)", type: Word(type), status: EndpointStatus(status),
            createTime: created.map { Timestamp(seconds: $0) }, updateTime: updated.map { Timestamp(seconds: $0) },
            errorCode: error.map { Word($0) })
    }

    func with(_ change: (inout EndpointRow) -> Void) -> EndpointRow {
        var row = self
        change(&row)
        return row
    }
}
