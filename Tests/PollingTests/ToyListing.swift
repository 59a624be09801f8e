// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Fabric

@testable import Listings

// The example of docs/adding-a-listing.md; scripts/check-docs compares them.

/// A toy on a page of the API; its texts refer to the page.
struct ToyRow: ListedRow {
    static let plural = "toys"

    let recordID: RecordID
    let status: BorrowedText
    let updateTime: Timestamp?

    init?(_ record: inout RecordReader) {
        status = record.text("status")
        updateTime = record.time("update_time")
        guard let id = RecordID(record.text("id")) else { return nil }
        recordID = id
    }
}

/// State that one listing of toys passes to the next: the series that stay at zero.
struct ToyMemory: Sendable {
    var statuses = StringTable(documented: ["NEW", "IN_REPAIR", "UNKNOWN"], absent: "UNKNOWN")
    var counts = SeriesTable<UInt32, Int>(zero: 0)
}

/// Counts toys and finds the one that has been in repair longest.
struct ToyFold: ListingFold {
    var memory: ToyMemory
    var oldestRepair: Timestamp?
    var cutValues = 0
    let maximumLabelValues: Int

    init(memory: ToyMemory, maximumLabelValues: Int) {
        self.memory = memory
        self.maximumLabelValues = maximumLabelValues
    }

    mutating func add(_ row: ToyRow) {
        let status = memory.statuses.number(of: row.status, limit: maximumLabelValues, cutValues: &cutValues)
        memory.counts.update(status) { $0 += 1 }
        guard memory.statuses[status] == "IN_REPAIR", let since = row.updateTime else { return }
        oldestRepair = min(oldestRepair ?? since, since)
    }
}

/// The toys of a workspace, counted by status.
struct ToyListing: PagedListing {
    static let name = "toys"
    static let title = Phrase("Toys", "玩具")
    static let record = "toy"
    static let operation = APIOperation("list_toys")
    static let permission = Phrase(
        "the IAM action `DataArtsFabric:toy:list` on this workspace", "授权项 `DataArtsFabric:toy:list`（范围为该工作空间）")
    static let familyGroups = [FamilyGroup("Toys", [toys, oldestRepair])]

    static let toys = MetricFamily(
        .gauge, "dataarts_fabric_toys", labels: WorkspaceLabels.names + ["status"],
        help: "Toys in the last complete listing, by status.")
    static let oldestRepair = MetricFamily(
        .gauge, "dataarts_fabric_toy_oldest_repair_timestamp_seconds", labels: WorkspaceLabels.names,
        help: "Unix time since which the oldest toy has been in repair.")

    typealias Memory = ToyMemory

    let workspace: Workspace
    let maximumDetails = 0
    private let maximumLabelValues: Int

    init(of workspace: Workspace, settings: ListingSettings) {
        self.workspace = workspace
        maximumLabelValues = settings.maximumLabelValues
    }

    var request: ListRequest {
        ListRequest(
            Self.operation, baseURL: workspace.baseURL,
            path: ["v1", "workspaces", workspace.key.workspaceID, "toys"])
    }

    func fold(memory: ToyMemory?) -> ToyFold {
        ToyFold(memory: memory ?? ToyMemory(), maximumLabelValues: maximumLabelValues)
    }

    func snapshot(
        of listed: ListedRows<ToyFold>, now: Timestamp, instant: ContinuousClock.Instant
    ) -> (snapshot: ListingSnapshot, memory: ToyMemory) {
        var memory = listed.fold.memory
        memory.counts.close(at: instant)
        let counts = memory.counts.series.map { (status: memory.statuses[$0.key], toys: $0.value.value) }
            .sorted { $0.status < $1.status }
        let summary = ListingSummary(
            statuses: counts.filter { $0.toys > 0 }.map {
                .init(status: $0.status, phase: Self.phase(of: $0.status), records: $0.toys)
            })
        var builder = FragmentBuilder(labels: workspace.labels)
        builder.add(Self.toys) { writer in
            for count in counts { writer.sample(.integer(Int64(count.toys)), ["status": count.status]) }
        }
        if let since = listed.fold.oldestRepair {
            builder.add(Self.oldestRepair, .microseconds(min(since, now).microseconds))
        }
        let snapshot = ListingSnapshot(
            of: Self.self, counts: .init(listed, cutValues: listed.fold.cutValues), summary: summary, details: [],
            builder)
        memory.counts = memory.counts.zeroed()
        memory.statuses.keep(only: memory.counts.series.keys)
        return (snapshot, memory)
    }

    private static func phase(of status: String) -> Phase {
        switch status {
        case "NEW": .serving
        case "IN_REPAIR": .inTransition
        default: .unknown
        }
    }
}
