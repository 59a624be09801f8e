// SPDX-License-Identifier: Apache-2.0
import Base

@testable import Fabric

/// Admits every record and records the decoder's calls in order.
struct EveryRecord: RecordFilter {
    enum Record {
        case row(malformed: Int)
        case skipped(malformed: Int, isShared: Bool)
    }

    var plausibleTimes = PlausibleTimes(now: Timestamp(microseconds: 1_800_000_000_000_000))
    private(set) var records: [Record] = []
    private(set) var admitted: [RecordID] = []

    mutating func admit(_ id: RecordID) -> Bool {
        admitted.append(id)
        return true
    }

    mutating func noteMalformed(_ fields: Int) { records.append(.row(malformed: fields)) }

    mutating func skip(malformedFields: Int, isShared: Bool) {
        records.append(.skipped(malformed: malformedFields, isShared: isShared))
    }

    /// Merges the records with their rows.
    func merge<Row, Merged>(
        _ rows: [Row], row: (Row, Int) -> Merged, skipped: (Int) -> Merged
    ) -> [Merged] {
        var rest = rows[...]
        let merged = records.compactMap { record in
            switch record {
            case .row(let malformed): rest.popFirst().map { row($0, malformed) }
            case .skipped(let malformed, _): skipped(malformed)
            }
        }
        precondition(rest.isEmpty && merged.count == records.count && admitted.count == rows.count)
        return merged
    }
}

extension PageDecoder {
    /// Returns the IDs of a page's rows.
    func rows<Filter: RecordFilter>(
        of body: inout [UInt8], filter: inout Filter, limit: Int = .max, sharesFirst: Bool = false
    ) throws(PageDecodingError) -> (shape: PageShape, ids: [String]) {
        var fold = IDFold()
        let shape = try self.rows(of: &body, filter: &filter, limit: limit, sharesFirst: sharesFirst, into: &fold)
        return (shape, fold.ids)
    }

    /// Returns the number of the page's records.
    func countRecords(_ body: inout [UInt8]) throws(PageDecodingError) -> Int {
        var every = EveryRecord()
        _ = try rows(of: &body, filter: &every)
        return every.records.count
    }
}
