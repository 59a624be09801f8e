// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// A row of one of the API's lists, as far as listing has to know it.
protocol ListedRow: Sendable {
    /// What tells rows apart. The ids of all kinds of rows are spelled alike, so one type holds them.
    var recordID: EndpointID { get }

    /// What the rows are, as sentences name them.
    static var plural: String { get }

    /// Decodes a page of such rows, see ``PageDecoder``.
    static func decodePage(
        _ body: inout [UInt8], with decoder: PageDecoder, onRecord: (_ record: PageRecord<Self>, _ place: Int) -> Void
    ) throws(PageDecodingError) -> PageShape

    /// Decodes a page and returns the rows that `filter` lets pass. Each kind of row says this itself, so that its own
    /// loop is compiled for it.
    /// - Parameters:
    ///   - sharesFirst: whether the first record is the one that the page before ended with.
    ///   - texts: which rows need the texts that only single rows have.
    static func readPage(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool, texts: RowTexts
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [Self])
}

/// Lets each id pass once, and counts what cannot be used.
struct RowFilter {
    private(set) var ids: Set<EndpointID> = []
    private(set) var skipped = 0
    private(set) var malformed = 0

    /// Whether a row of this id is the first of its kind.
    mutating func admit(_ id: EndpointID) -> Bool { ids.insert(id).inserted }

    /// Counts fields of an admitted row that had a wrong type.
    mutating func noteMalformed(_ fields: Int) { malformed += fields }

    /// Counts a record without a usable id.
    /// - Parameter isShared: whether the record is the one that the page before ended with and has counted already;
    ///   no id tells.
    mutating func skip(malformedFields: Int, isShared: Bool) {
        guard !isShared else { return }
        skipped += 1
        malformed += malformedFields
    }

    /// Makes room for so many ids.
    mutating func reserve(_ count: Int) { ids.reserveCapacity(count) }
}

extension EndpointRow: ListedRow {
    var recordID: EndpointID { id }

    static let plural = "endpoints"

    static func decodePage(
        _ body: inout [UInt8], with decoder: PageDecoder,
        onRecord: (_ record: PageRecord<EndpointRow>, _ place: Int) -> Void
    ) throws(PageDecodingError) -> PageShape {
        try decoder.decode(&body, onRecord: onRecord)
    }

    static func readPage(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool, texts: RowTexts
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [EndpointRow]) {
        try decoder.rows(of: &body, filter: &filter, sharesFirst: sharesFirst, texts: texts)
    }
}

extension DiscoveredWorkspace: ListedRow {
    var recordID: EndpointID { EndpointID(id) }

    static let plural = "workspaces"

    static func decodePage(
        _ body: inout [UInt8], with decoder: PageDecoder,
        onRecord: (_ record: PageRecord<DiscoveredWorkspace>, _ place: Int) -> Void
    ) throws(PageDecodingError) -> PageShape {
        try decoder.decodeWorkspaces(&body, onRecord: onRecord)
    }

    static func readPage(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool, texts: RowTexts
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [DiscoveredWorkspace]) {
        var rows: [DiscoveredWorkspace] = []
        let shape = try decoder.decodeWorkspaces(&body) { record, place in
            switch record {
            case .row(let row, let malformedFields):
                guard filter.admit(row.recordID) else { return }
                filter.noteMalformed(malformedFields)
                rows.append(row)
            case .skipped(let malformedFields):
                filter.skip(malformedFields: malformedFields, isShared: place == 0 && sharesFirst)
            }
        }
        return (shape, rows)
    }
}
