// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport

@testable import FabricAPI

/// Lets every record pass and keeps what the decoder says of each, in order.
struct EveryRecord: RecordFilter {
    enum Record {
        case row(malformed: Int)
        case skipped(malformed: Int, isShared: Bool)
    }

    var plausibleTimes = PlausibleTimes(now: Timestamp(microseconds: 1_800_000_000_000_000))
    private(set) var records: [Record] = []
    private(set) var admitted: [EndpointID] = []

    mutating func admit(_ id: EndpointID) -> Bool {
        admitted.append(id)
        return true
    }

    mutating func noteMalformed(_ fields: Int) { records.append(.row(malformed: fields)) }

    mutating func skip(malformedFields: Int, isShared: Bool) {
        records.append(.skipped(malformed: malformedFields, isShared: isShared))
    }

    /// The records with the rows that came of them put in.
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
    /// The rows of a page, with texts of their own.
    func rows<Filter: RecordFilter>(
        of body: inout [UInt8], filter: inout Filter, sharesFirst: Bool = false
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [EndpointRow]) {
        var fold = RowFold()
        let shape = try endpoints(of: &body, filter: &filter, sharesFirst: sharesFirst, into: &fold)
        return (shape, fold.rows)
    }

    /// How many records of the page the decoder hands over.
    func countRecords(_ body: inout [UInt8]) throws(PageDecodingError) -> Int {
        var every = EveryRecord()
        _ = try rows(of: &body, filter: &every)
        return every.records.count
    }
}
