// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Fabric

/// A row with nested records.
private struct NestedRow: ListedRow {
    static let plural = "rows"

    let recordID: RecordID
    let line: String

    init?(_ record: inout RecordReader) {
        let code = record.object("error") { $0.text("code").string }
        var items: [String] = []
        record.objects("items") { item in
            items.append("\(item.text("type").string ?? "-")=\(item.integer("amount").map(String.init) ?? "-")")
        }
        // Read after the nested records, because the record of the page must be the current one again.
        let name = record.text("name").string
        guard let id = RecordID(record.text("id")) else { return nil }
        recordID = id
        line = [code.map { $0 ?? "none" } ?? "no error", items.joined(separator: " "), name ?? "-"]
            .joined(separator: " | ")
    }
}

private struct NestedLines: ListingFold {
    private(set) var lines: [String] = []
    mutating func add(_ row: NestedRow) { lines.append(row.line) }
}

@Suite struct RecordReaderTests {
    private static func read(_ rows: String) throws -> (lines: [String], malformed: Int, skipped: Int) {
        let decoder = try #require(PageDecoder())
        var body = Array(#"{"total":9,"rows":[\#(rows)]}"#.utf8)
        var (filter, fold) = (RowFilter(plausibleTimes: EveryRecord().plausibleTimes), NestedLines())
        _ = try decoder.rows(of: &body, filter: &filter, limit: 10, sharesFirst: false, into: &fold)
        return (fold.lines, filter.malformed, filter.skipped)
    }

    @Test func `Nested objects and arrays are read, then the record of the page again`() throws {
        let read = try Self.read(
            """
            {"id":"a","name":"n","error":{"code":"E.1","name":"other","id":"x"},
             "items":[{"type":"CPU","amount":4,"name":"no"},{"type":"GPU","amount":8}]},
            {"id":"b","name":"m"}
            """)
        #expect(read.lines == ["E.1 | CPU=4 GPU=8 | n", "no error |  | m"])
        #expect(read.malformed == 0)
    }

    @Test(arguments: [
        (#""error":null,"items":null"#, "no error |  | -", 0), (#""error":{},"items":[]"#, "none |  | -", 0),
        (#""error":7,"items":{}"#, "no error |  | -", 2), (#""error":[],"items":"x""#, "no error |  | -", 2),
        (#""items":[null,7,[],{},{"type":5,"amount":"x"},{"amount":1}]"#, "no error | -=- -=- -=1 | -", 4),
        (#""error":{"code":1},"error":{"code":"last"}"#, "last |  | -", 0),
    ])
    func `Absent, null and wrong nested values have no fields; wrong ones are counted`(
        _ fields: String, _ line: String, _ malformed: Int
    ) throws {
        let read = try Self.read(#"{"id":"a",\#(fields)}"#)
        #expect(read.lines == [line])
        #expect(read.malformed == malformed)
    }

    @Test func `A row that is not an object has no nested records`() throws {
        let read = try Self.read(#"7,null,{"id":"a","items":[{"type":"CPU","amount":1}]}"#)
        #expect(read.lines == ["no error | CPU=1 | -"])
        #expect(read.skipped == 2)
    }
}
