// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Listings
internal import Polling

/// The records of one listing of several workspaces that a query selects, those that need attention first, worst first;
/// the others in the order of the workspaces.
struct EndpointSelection {
    typealias Entry = (workspace: WorkspaceStatus, row: RecordList.Row)

    private let lists: [(workspace: WorkspaceStatus, records: RecordList)]
    private let isIncluded: (RecordList.Row) -> Bool
    private let now: Timestamp
    /// The selected records that need attention.
    private let attention: [(workspace: WorkspaceStatus, record: AttentionRecord)]
    /// The number of selected records.
    let count: Int
    /// The number of all records.
    let total: Int
    /// The types of all records, whether selected or not.
    let types: Set<String>

    init(
        _ workspaces: [WorkspaceStatus], listing: String, at now: Timestamp,
        where isIncluded: @escaping (RecordList.Row) -> Bool
    ) {
        lists = workspaces.compactMap { workspace in
            let listing = workspace.listings.first { $0.name == listing }
            return (listing?.exported).map { (workspace, $0.records) }
        }
        self.isIncluded = isIncluded
        self.now = now
        var (attention, count, types): ([(WorkspaceStatus, AttentionRecord)], Int, Set<String>) = ([], 0, [])
        for (workspace, records) in lists {
            for row in records {
                types.insert(row.type)
                guard isIncluded(row) else { continue }
                count += 1
                if let record = AttentionRecord(row, at: now) { attention.append((workspace, record)) }
            }
        }
        self.attention = attention.sorted { $0.1.precedes($1.1) }
        (self.count, self.types) = (count, types)
        total = lists.reduce(0) { $0 + $1.records.count }
    }

    /// Returns the records at positions of the selection. Those that need no attention are not kept but read again,
    /// because there may be very many.
    func entries(_ range: Range<Int>) -> [Entry] {
        var entries: [Entry] = attention[range.clamped(to: attention.indices)].map { ($0.workspace, $0.record.row) }
        let end = range.upperBound
        var position = attention.count
        for (workspace, records) in lists where position < end {
            for row in records where row.attention(at: now) == nil && isIncluded(row) {
                if position >= end { break }
                if position >= range.lowerBound { entries.append((workspace, row)) }
                position += 1
            }
        }
        return entries
    }
}
