// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// A row of one of the API's lists, as far as listing has to know it.
protocol ListedRow {
    /// What the rows are, as sentences name them.
    static var plural: String { get }

    /// Decodes a page and hands the rows that `filter` lets pass to `fold`.
    /// - Parameter sharesFirst: whether the first record is the one that the page before ended with.
    static func readPage<Fold: ListingFold>(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool,
        into fold: inout Fold
    ) throws(PageDecodingError) -> PageShape where Fold.Row == Self
}

extension EndpointRecord: ListedRow {
    static let plural = "endpoints"

    static func readPage<Fold: ListingFold>(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool,
        into fold: inout Fold
    ) throws(PageDecodingError) -> PageShape where Fold.Row == EndpointRecord {
        try decoder.endpoints(of: &body, filter: &filter, sharesFirst: sharesFirst, into: &fold)
    }
}

extension DiscoveredWorkspace: ListedRow {
    /// The ids of all kinds of rows are spelled alike, so one type holds them.
    var recordID: EndpointID { EndpointID(id) }

    static let plural = "workspaces"

    static func readPage<Fold: ListingFold>(
        _ body: inout [UInt8], with decoder: PageDecoder, filter: inout RowFilter, sharesFirst: Bool,
        into fold: inout Fold
    ) throws(PageDecodingError) -> PageShape where Fold.Row == DiscoveredWorkspace {
        try decoder.workspaces(of: &body, filter: &filter, sharesFirst: sharesFirst, into: &fold)
    }
}
