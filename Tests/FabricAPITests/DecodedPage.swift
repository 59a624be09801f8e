// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport

@testable import FabricAPI

/// A page as the decoder handed it over, in one comparable value.
struct DecodedPage: Equatable {
    enum Record: Equatable {
        case row(EndpointRow, malformed: Int)
        case skipped(malformed: Int)
    }

    struct NoDecoder: Error {}

    var total: Int64?
    var records: [Record]
    /// Fields of the page itself that had a wrong type.
    var malformed = 0

    init(total: Int64?, records: [Record], malformed: Int = 0) {
        self.total = total
        self.records = records
        self.malformed = malformed
    }

    init(_ json: String) throws { try self.init(Array(json.utf8)) }

    /// Decodes `body` as a page.
    init(_ body: [UInt8]) throws {
        guard let decoder = PageDecoder() else { throw NoDecoder() }
        try self.init(body, with: decoder)
    }

    init(_ body: [UInt8], with decoder: PageDecoder) throws {
        var body = body
        var every = EveryRecord()
        let (shape, rows) = try decoder.rows(of: &body, filter: &every)
        let records = every.merge(
            rows, row: { Record.row($0, malformed: $1) }, skipped: { .skipped(malformed: $0) })
        self.init(total: shape.total, records: records, malformed: shape.malformedFields)
        precondition(shape.rowCount == records.count)
        precondition(shape.firstID == records.first?.id && shape.lastID == records.last?.id)
    }

    /// The page whose one row has `fields` beside an id.
    static func row(_ fields: String) throws -> Record? {
        try DecodedPage(#"{"total":1,"endpoints":[{"id":"e","# + fields + "}]}").records.first
    }
}

extension DecodedPage.Record {
    var id: EndpointID? { if case .row(let row, _) = self { row.id } else { nil } }
}

extension EndpointRow {
    /// The row of id `e` after `change`.
    static func e(_ change: (inout EndpointRow) -> Void = { _ in }) -> EndpointRow {
        var row = EndpointRow(id: EndpointID("e"))
        change(&row)
        return row
    }
}
