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
}
