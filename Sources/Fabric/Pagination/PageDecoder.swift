// SPDX-License-Identifier: Apache-2.0
private import CFabricJSON

/// A page without its rows' content: counts, and the IDs at both ends.
struct PageShape: Equatable, Sendable {
    /// The number of matching rows on all pages; nil if absent.
    var total: Int64?
    /// The number of records in this page, usable or not.
    var rowCount: Int
    /// The ID of the first record; nil if there is no record or it has no usable ID.
    var firstID: RecordID?
    /// The ID of the last record; nil if there is no record or it has no usable ID.
    var lastID: RecordID?
    /// The number of fields outside of rows that had a wrong type.
    var malformedFields: Int
}

/// The error for a body that isn't the documented JSON.
struct PageDecodingError: Error, Equatable {
    var message: String
}

/// Decodes pages, one at a time. Owns a JSON parser and its working memory, so it is worth reusing.
/// ``PageDecoderPool`` ensures that a decoder is not used concurrently.
final class PageDecoder {
    private let parser: OpaquePointer

    init?() {
        guard let parser = fabric_parser_create() else { return nil }
        self.parser = parser
    }

    deinit { fabric_parser_destroy(parser) }

    /// The size of JSON, in bytes, that the decoder can parse without allocating again.
    var capacity: Int { fabric_parser_capacity(parser) }

    /// Folds the rows of a page that `filter` admits, in order.
    /// - Parameters:
    ///   - limit: the maximum number of rows of the page; rows of a longer page aren't folded.
    ///   - sharesFirst: whether the first record is the last one of the page before.
    /// - Throws: ``PageDecodingError``; then neither filter nor fold was called.
    func rows<Filter: RecordFilter, Fold: ListingFold>(
        of body: inout [UInt8], filter: inout Filter, limit: Int, sharesFirst: Bool, into fold: inout Fold
    ) throws(PageDecodingError) -> PageShape where Fold.Row: ListedRow {
        var shape = try open(&body, key: Fold.Row.plural, limit: limit)
        if shape.rowCount > limit { return shape }
        let (plausibleTimes, api) = (filter.plausibleTimes, fold.api)
        while fabric_page_next(parser) {
            var record = RecordReader(parser, plausibleTimes, api)
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

    /// Reads the first record of a page that may have one row only.
    /// - Returns: the page; no row if it has none, or too many.
    /// - Throws: ``PageDecodingError``.
    func first<Row: CountedRow>(
        of body: inout [UInt8], as _: Row.Type, _ plausibleTimes: PlausibleTimes
    ) throws(PageDecodingError) -> (shape: PageShape, first: Row?, malformedFields: Int) {
        var shape = try open(&body, key: Row.plural, limit: 1)
        guard shape.rowCount == 0, fabric_page_next(parser) else { return (shape, nil, 0) }
        var record = RecordReader(parser, plausibleTimes)
        let row = Row(&record)
        shape.rowCount = 1
        return (shape, row, record.malformedFields)
    }

    /// Parses a page, so that its records can be read one by one.
    /// - Returns: the shape with a row count of 0, to be counted up, unless the page has more than `limit` records.
    private func open(
        _ body: inout [UInt8], key: String, limit: Int
    ) throws(PageDecodingError) -> PageShape {
        let length = body.count
        // The parser reads whole vectors. The transport usually reserved the capacity for the padding.
        body.append(contentsOf: repeatElement(0, count: Int(FABRIC_JSON_PADDING)))
        defer { body.removeLast(Int(FABRIC_JSON_PADDING)) }
        var page = fabric_page()
        var reason: UnsafePointer<CChar>?
        let status = body.withUnsafeMutableBufferPointer {
            fabric_page_open(parser, key, $0.baseAddress, length, &page, &reason)
        }
        guard status == FABRIC_JSON_OK else {
            throw PageDecodingError(message: reason.map { String(cString: $0) } ?? "unexpected JSON")
        }
        return PageShape(
            total: page.has_total ? page.total : nil, rowCount: page.row_count > limit ? page.row_count : 0,
            malformedFields: Int(page.malformed))
    }
}

extension PageShape {
    /// Counts the next record. `id` is nil if it isn't usable.
    @inline(__always)
    fileprivate mutating func note(_ id: RecordID?) {
        if rowCount == 0 { firstID = id }
        lastID = id
        rowCount += 1
    }
}
