// SPDX-License-Identifier: Apache-2.0
private import CFabricJSON

/// What a page says beside its rows.
struct PageShape: Equatable, Sendable {
    /// How many rows match, over all pages; nil where the page does not say.
    var total: Int64?
    /// Records in this page, usable or not.
    var rowCount: Int
    /// Id of the first record; nil where there is none or it has no usable id.
    var firstID: RecordID?
    /// Id of the last record; nil likewise.
    var lastID: RecordID?
    /// Fields of the page itself that had a wrong type.
    var malformedFields: Int
}

/// A body that is not the documented JSON.
struct PageDecodingError: Error, Equatable {
    var message: String
}

/// Decodes one page after the other. Holds the JSON parser and its working memory, so it is reused but never shared
/// between two decodings at a time; ``PageDecoderPool`` sees to that.
final class PageDecoder {
    private let parser: OpaquePointer

    init?() {
        guard let parser = fabric_parser_create() else { return nil }
        self.parser = parser
    }

    deinit { fabric_parser_destroy(parser) }

    /// Bytes of JSON the decoder has room for without allocating again.
    var capacity: Int { fabric_parser_capacity(parser) }

    /// Folds the rows of a page that `filter` lets pass, in their order.
    /// - Parameters:
    ///   - limit: the most rows that the page may have; nothing of a longer one is folded.
    ///   - sharesFirst: whether the first record is the one that the page before ended with.
    /// - Throws: ``PageDecodingError``; then neither filter nor fold has been asked.
    func rows<Filter: RecordFilter, Fold: ListingFold>(
        of body: inout [UInt8], filter: inout Filter, limit: Int, sharesFirst: Bool, into fold: inout Fold
    ) throws(PageDecodingError) -> PageShape where Fold.Row: ListedRow {
        var shape = try open(&body, key: Fold.Row.plural, limit: limit)
        if shape.rowCount > limit { return shape }
        let plausibleTimes = filter.plausibleTimes
        while fabric_page_next(parser) {
            var record = RecordReader(parser, plausibleTimes)
            guard let row = Fold.Row(&record) else {
                filter.skip(
                    malformedFields: record.malformedFields, isShared: shape.rowCount == 0 && sharesFirst)
                shape.note(nil)
                continue
            }
            let id = row.recordID
            if filter.admit(id) {
                filter.noteMalformed(record.malformedFields)
                fold.add(row)
            }
            shape.note(id)
        }
        return shape
    }

    /// Parses a page, of which the records are then taken one by one and counted.
    /// - Returns: the shape without records; that of a page with more than `limit` of them has their number.
    private func open(
        _ body: inout [UInt8], key: String, limit: Int
    ) throws(PageDecodingError) -> PageShape {
        let length = body.count
        // The parser reads whole vectors; the padding is usually slack that the transport reserved already.
        body.append(contentsOf: repeatElement(0, count: Int(FABRIC_JSON_PADDING)))
        defer { body.removeLast(Int(FABRIC_JSON_PADDING)) }
        var page = fabric_page()
        var why: UnsafePointer<CChar>?
        let status = body.withUnsafeMutableBufferPointer {
            fabric_page_open(parser, key, $0.baseAddress, length, &page, &why)
        }
        guard status == FABRIC_JSON_OK else {
            throw PageDecodingError(message: why.map { String(cString: $0) } ?? "not the documented JSON")
        }
        return PageShape(
            total: page.has_total ? page.total : nil, rowCount: page.row_count > limit ? page.row_count : 0,
            malformedFields: Int(page.malformed))
    }
}

extension PageShape {
    /// Takes in the next record, whose id is `id`.
    @inline(__always)
    fileprivate mutating func note(_ id: RecordID?) {
        if rowCount == 0 { firstID = id }
        lastID = id
        rowCount += 1
    }
}
