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
    private var workers = UnsafeMutableBufferPointer<EndpointRecord.Capacity>(start: nil, count: 0)

    init?() {
        guard let parser = fabric_parser_create() else { return nil }
        self.parser = parser
    }

    deinit {
        fabric_parser_destroy(parser)
        workers.deallocate()
    }

    /// Bytes of JSON the decoder has room for without allocating again.
    var capacity: Int { fabric_parser_capacity(parser) }

    /// Folds the rows of a page of endpoints that `filter` lets pass, in their order.
    /// - Parameter sharesFirst: whether the first record is the one that the page before ended with.
    /// - Throws: ``PageDecodingError``; then neither filter nor fold has been asked.
    func endpoints<Filter: RecordFilter, Fold: ListingFold>(
        of body: inout [UInt8], filter: inout Filter, sharesFirst: Bool, into fold: inout Fold
    ) throws(PageDecodingError) -> PageShape where Fold.Row == EndpointRecord {
        var shape = try open(&body, as: FABRIC_LIST_ENDPOINTS)
        var raw = fabric_row()
        let plausible = filter.plausibleTimes
        while fabric_page_next(parser, &raw) {
            var malformed = Int(raw.malformed)
            let created = Self.time(raw.create_time, plausible, malformed: &malformed)
            let updated = Self.time(raw.update_time, plausible, malformed: &malformed)
            let spelled = raw.id.text
            if spelled.isEmpty {
                filter.skip(malformedFields: malformed, isShared: shape.rowCount == 0 && sharesFirst)
                shape.note(nil)
                continue
            }
            let id = EndpointID(utf8: spelled.bytes)
            if filter.admit(id) {
                filter.noteMalformed(malformed)
                fold.add(record(raw, id: id, created, updated))
            }
            shape.note(id)
        }
        return shape
    }

    /// The same for a page of workspaces.
    func workspaces<Filter: RecordFilter, Fold: ListingFold>(
        of body: inout [UInt8], filter: inout Filter, sharesFirst: Bool, into fold: inout Fold
    ) throws(PageDecodingError) -> PageShape where Fold.Row == DiscoveredWorkspace {
        var shape = try open(&body, as: FABRIC_LIST_WORKSPACES)
        var raw = fabric_workspace_row()
        while fabric_page_next_workspace(parser, &raw) {
            guard let row = DiscoveredWorkspace(raw) else {
                filter.skip(malformedFields: Int(raw.malformed), isShared: shape.rowCount == 0 && sharesFirst)
                shape.note(nil)
                continue
            }
            let id = row.recordID
            if filter.admit(id) {
                filter.noteMalformed(Int(raw.malformed))
                fold.add(row)
            }
            shape.note(id)
        }
        return shape
    }

    /// Parses a page, of which the records are then taken one by one.
    private func open(_ body: inout [UInt8], as list: fabric_list) throws(PageDecodingError) -> PageShape {
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
        return PageShape(
            total: page.has_total ? page.total : nil, rowCount: 0, malformedFields: Int(page.malformed))
    }

    @inline(__always)
    private func record(
        _ raw: fabric_row, id: EndpointID, _ created: Timestamp?, _ updated: Timestamp?
    ) -> EndpointRecord {
        var record = EndpointRecord(id: id)
        record.name = raw.name.text
        record.type = raw.type.text
        record.status = raw.status.text
        record.visibility = raw.visibility.text
        record.createTime = created
        record.updateTime = updated
        record.apu = EndpointRecord.Capacity(raw.apu)
        record.dpu = EndpointRecord.Capacity(raw.dpu)
        record.mu = EndpointRecord.Capacity(raw.mu)
        record.errorCode = raw.error_code.text
        record.errorMessage = raw.error_msg.text
        if raw.has_ray {
            record.ray = EndpointRecord.Ray(
                hasHead: raw.has_head, headSpecCode: raw.head_spec_code.text,
                workers: workers(UnsafeBufferPointer(start: raw.workers, count: raw.worker_count)))
        }
        return record
    }

    /// The worker groups of one record, which stand in the decoder until the next.
    private func workers(
        _ groups: UnsafeBufferPointer<fabric_worker_group>
    ) -> UnsafeBufferPointer<EndpointRecord.Capacity> {
        if groups.count > workers.count {
            workers.deallocate()
            workers = .allocate(capacity: groups.count * 2)
        }
        for (index, group) in groups.enumerated() {
            workers.initializeElement(at: index, to: EndpointRecord.Capacity(group))
        }
        return UnsafeBufferPointer(rebasing: workers[..<groups.count])
    }

    /// A time of a record. One that is unreadable or implausible is absent, and added to `malformed`.
    @inline(__always)
    private static func time(
        _ text: fabric_text, _ plausible: PlausibleTimes, malformed: inout Int
    ) -> Timestamp? {
        guard text.data != nil else { return nil }
        if let time = ISO8601Time.parse(text.text.bytes), plausible.contains(time) { return time }
        malformed += 1
        return nil
    }
}

extension PageShape {
    /// Takes in the next record, whose id is `id`.
    @inline(__always)
    fileprivate mutating func note(_ id: EndpointID?) {
        if rowCount == 0 { firstID = id }
        lastID = id
        rowCount += 1
    }
}

extension DiscoveredWorkspace {
    /// A record as a workspace; nil where it has no usable id.
    fileprivate init?(_ raw: fabric_workspace_row) {
        let text = raw.id.text
        guard Self.isUsable(text.bytes), let id = text.string else { return nil }
        self.init(
            id: id, name: raw.name.text.string, enterpriseProjectID: raw.enterprise_project_id.text.string)
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

extension EndpointRecord.Capacity {
    /// An absent ceiling equals what is kept ready, as the API defaults it: no elastic part.
    @inline(__always)
    fileprivate init?(_ raw: fabric_capacity) {
        guard raw.present else { return nil }
        let reserved = raw.has_reserved ? raw.reserved : 0
        self.init(
            specCode: raw.spec_code.text, reserved: reserved, maximum: raw.has_maximum ? raw.maximum : reserved,
            usesPublicResource: raw.uses_public_resource)
    }

    fileprivate init(_ raw: fabric_worker_group) {
        let minimum = raw.has_minimum ? raw.minimum : 0
        self.init(
            specCode: raw.spec_code.text, reserved: minimum, maximum: raw.has_maximum ? raw.maximum : minimum)
    }
}

extension fabric_text {
    @inline(__always)
    fileprivate var text: PageText {
        let start = data.map { UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self) }
        return PageText(UnsafeBufferPointer(start: start, count: length))
    }
}
