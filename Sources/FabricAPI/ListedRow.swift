// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// A row of one of the API's lists, as far as listing has to know it.
protocol ListedRow: Sendable {
    /// What tells rows apart. The ids of all kinds of rows are spelled alike, so one type holds them.
    var recordID: EndpointID { get }

    /// What the rows are, as sentences name them.
    static var plural: String { get }

    /// Decodes a page and returns the rows that `filter` lets pass, all at once: what is said row by row through this
    /// protocol would cost more than the decoding.
    /// - Parameters:
    ///   - sharesFirst: whether the first record is the one that the page before ended with.
    ///   - texts: which rows need the texts that only single rows have.
    static func readPage(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool, texts: RowTexts
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [Self])
}

extension EndpointRow: ListedRow {
    var recordID: EndpointID { id }

    static let plural = "endpoints"

    static func readPage(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool, texts: RowTexts
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [EndpointRow]) {
        try decoder.endpoints(of: &body, filter: &filter, sharesFirst: sharesFirst, texts: texts)
    }
}

extension DiscoveredWorkspace: ListedRow {
    var recordID: EndpointID { EndpointID(id) }

    static let plural = "workspaces"

    static func readPage(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool, texts: RowTexts
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [DiscoveredWorkspace]) {
        try decoder.workspaces(of: &body, filter: &filter, sharesFirst: sharesFirst)
    }
}
