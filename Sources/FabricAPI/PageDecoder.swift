// SPDX-License-Identifier: Apache-2.0
private import CFabricJSON
internal import FabricModel

/// What a page says beside its rows.
struct PageShape: Equatable, Sendable {
    /// How many rows match, over all pages; nil where the page does not say.
    var total: Int64?
    /// Records in this page, usable or not.
    var rowCount: Int
    /// Id of the first record; nil where there is none or it has no usable id.
    var firstID: EndpointID?
    /// Id of the last record; nil likewise.
    var lastID: EndpointID?
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

    /// The rows of a page of endpoints that `filter` lets pass.
    /// - Parameters:
    ///   - sharesFirst: whether the first record is the one that the page before ended with.
    ///   - texts: which rows need the texts that only single rows have.
    /// - Throws: ``PageDecodingError``; then the filter has not been asked.
    func endpoints<Filter: RecordFilter>(
        of body: inout [UInt8], filter: inout Filter, sharesFirst: Bool, texts: RowTexts
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [EndpointRow]) {
        var rows: [EndpointRow] = []
        var raw = fabric_row()
        let next = { fabric_page_next(self.parser, &raw) }
        let shape = try decode(&body, as: FABRIC_LIST_ENDPOINTS, next: next) { place in
            var malformed = Int(raw.malformed)
            guard let bytes = raw.id.bytes, !bytes.isEmpty else {
                _ = EndpointRow.times(raw, malformed: &malformed)
                filter.skip(malformedFields: malformed, isShared: place == 0 && sharesFirst)
                return nil
            }
            let id = EndpointID(utf8: bytes)
            if filter.admit(id) {
                rows.append(EndpointRow(raw, id: id, malformed: &malformed, texts: texts))
                filter.noteMalformed(malformed)
            }
            return id
        }
        return (shape, rows)
    }

    /// The same for a page of workspaces, which have no such texts.
    func workspaces<Filter: RecordFilter>(
        of body: inout [UInt8], filter: inout Filter, sharesFirst: Bool
    ) throws(PageDecodingError) -> (shape: PageShape, rows: [DiscoveredWorkspace]) {
        var rows: [DiscoveredWorkspace] = []
        var raw = fabric_workspace_row()
        let next = { fabric_page_next_workspace(self.parser, &raw) }
        let shape = try decode(&body, as: FABRIC_LIST_WORKSPACES, next: next) { place in
            guard let row = DiscoveredWorkspace(raw) else {
                filter.skip(malformedFields: Int(raw.malformed), isShared: place == 0 && sharesFirst)
                return nil
            }
            if filter.admit(row.recordID) {
                rows.append(row)
                filter.noteMalformed(Int(raw.malformed))
            }
            return row.recordID
        }
        return (shape, rows)
    }

    /// - Parameters:
    ///   - next: takes the next record out of the parser; false where there is none left.
    ///   - take: what is done with it, told its place; its id, where it has a usable one.
    @inline(__always)
    private func decode(
        _ body: inout [UInt8], as list: fabric_list, next: () -> Bool, take: (_ place: Int) -> EndpointID?
    ) throws(PageDecodingError) -> PageShape {
        let length = body.count
        // The parser reads whole vectors; the padding is usually slack that the transport reserved already.
        body.append(contentsOf: repeatElement(0, count: Int(FABRIC_JSON_PADDING)))
        defer { body.removeLast(Int(FABRIC_JSON_PADDING)) }
        var page = fabric_page()
        var why: UnsafePointer<CChar>?
        let status = body.withUnsafeMutableBufferPointer {
            fabric_page_open(parser, list, $0.baseAddress, length, &page, &why)
        }
        guard status == FABRIC_JSON_OK else {
            throw PageDecodingError(message: why.map { String(cString: $0) } ?? "not the documented JSON")
        }
        var shape = PageShape(
            total: page.has_total ? page.total : nil, rowCount: 0, malformedFields: Int(page.malformed))
        while next() {
            shape.lastID = take(shape.rowCount)
            if shape.rowCount == 0 { shape.firstID = shape.lastID }
            shape.rowCount += 1
        }
        return shape
    }
}

extension EndpointRow {
    /// A record as a row.
    /// - Parameters:
    ///   - malformed: counts the times that cannot be read.
    ///   - texts: which rows need name and message.
    @inline(__always)
    fileprivate init(_ raw: fabric_row, id: EndpointID, malformed: inout Int, texts: RowTexts) {
        let times = Self.times(raw, malformed: &malformed)
        self.init(
            id: id, type: raw.type.word ?? "unknown",
            status: raw.status.word.map { EndpointStatus($0) } ?? .unknown,
            visibility: raw.visibility.word ?? "PRIVATE", createTime: times.created,
            updateTime: times.updated, apu: ReservedCapacity(raw.apu), dpu: ReservedCapacity(raw.dpu),
            mu: ReservedCapacity(raw.mu), errorCode: raw.error_code.word)
        if raw.has_ray {
            let workers = UnsafeBufferPointer(start: raw.workers, count: raw.worker_count)
            ray = RayCluster(
                hasHead: raw.has_head, headSpecCode: raw.head_spec_code.word,
                workers: workers.map(RayCluster.WorkerGroup.init))
        }
        if texts.include(self) {
            name = raw.name.nonEmpty
            errorMessage = raw.error_msg.nonEmpty
        }
    }

    /// The times of a record; `malformed` counts those that cannot be read.
    @inline(__always)
    fileprivate static func times(
        _ raw: fabric_row, malformed: inout Int
    ) -> (created: Timestamp?, updated: Timestamp?) {
        func time(_ text: fabric_text) -> Timestamp? {
            guard let bytes = text.bytes else { return nil }
            let time = ISO8601Time.parse(bytes)
            if time == nil { malformed += 1 }
            return time
        }
        return (time(raw.create_time), time(raw.update_time))
    }
}

extension DiscoveredWorkspace {
    /// A record as a workspace; nil where it has no usable id.
    fileprivate init?(_ raw: fabric_workspace_row) {
        guard let id = raw.id.bytes, Self.isUsable(id) else { return nil }
        self.init(
            id: String(decoding: id, as: UTF8.self), name: raw.name.nonEmpty,
            enterpriseProjectID: raw.enterprise_project_id.nonEmpty)
    }

    /// Whether a workspace of this id can be asked for: 1 to 36 letters, digits, hyphens. It becomes part of a path.
    private static func isUsable(_ id: UnsafeBufferPointer<UInt8>) -> Bool {
        (1...36).contains(id.count)
            && id.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

extension ReservedCapacity {
    /// An absent ceiling equals what is kept ready, as the API defaults it: no elastic part.
    fileprivate init?(_ raw: fabric_capacity) {
        guard raw.present else { return nil }
        let reserved = raw.has_reserved ? raw.reserved : 0
        self.init(
            specCode: raw.spec_code.word, reserved: reserved, maximum: raw.has_maximum ? raw.maximum : reserved,
            usesPublicResource: raw.uses_public_resource)
    }
}

extension RayCluster.WorkerGroup {
    fileprivate init(_ raw: fabric_worker_group) {
        let minimum = raw.has_minimum ? raw.minimum : 0
        self.init(
            specCode: raw.spec_code.word, minimum: minimum, maximum: raw.has_maximum ? raw.maximum : minimum)
    }
}

extension fabric_text {
    fileprivate var bytes: UnsafeBufferPointer<UInt8>? {
        data.map {
            UnsafeBufferPointer(start: UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self), count: length)
        }
    }

    /// The text as a word that rows share, nil as for ``nonEmpty``.
    fileprivate var word: Word? {
        guard let bytes, !bytes.isEmpty else { return nil }
        return Word(utf8: bytes)
    }

    /// The text, nil where it is absent or empty: the two mean the same everywhere in this API.
    fileprivate var nonEmpty: String? {
        guard let bytes, !bytes.isEmpty else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
