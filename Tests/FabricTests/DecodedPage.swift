// SPDX-License-Identifier: Apache-2.0
@testable import Fabric

/// The result of decoding a page, for comparison.
struct DecodedPage: Equatable {
    struct NoDecoder: Error {}

    var total: Int64?
    /// The line of each row, or `skipped` for a record without a usable ID; followed by `malformed=` and the number of
    /// malformed fields, if any.
    var records: [String]
    /// The number of fields outside of rows that had a wrong type.
    var malformed = 0

    init(total: Int64?, records: [String], malformed: Int = 0) {
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
        var (every, fold) = (EveryRecord(), LineFold())
        let shape = try decoder.rows(of: &body, filter: &every, limit: .max, sharesFirst: false, into: &fold)
        func record(_ text: String, _ malformed: Int) -> String {
            malformed == 0 ? text : "\(text) malformed=\(malformed)"
        }
        let records = every.merge(fold.lines, row: record, skipped: { record("skipped", $0) })
        self.init(total: shape.total, records: records, malformed: shape.malformedFields)
        let ids = every.merge(every.admitted, row: { id, _ in id as RecordID? }, skipped: { _ in nil })
        precondition(shape.rowCount == records.count)
        precondition(shape.firstID == ids.first ?? nil && shape.lastID == ids.last ?? nil)
    }

    /// Returns the line of a row with an ID and `fields`.
    static func row(_ fields: String) throws -> String? {
        try DecodedPage(#"{"total":1,"endpoints":[{"id":"e","# + fields + "}]}").records.first
    }
}
