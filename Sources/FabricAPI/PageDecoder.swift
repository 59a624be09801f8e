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

/// A record of a page.
enum PageRecord {
    case row(EndpointRow, malformedFields: Int)
    /// A record without a usable id.
    case skipped(malformedFields: Int)
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

    /// Decodes `body` and hands its records over one by one, each with its place in the page.
    /// - Throws: ``PageDecodingError``; then `onRecord` has not been called.
    func decode(
        _ body: inout [UInt8], onRecord: (_ record: PageRecord, _ place: Int) -> Void
    ) throws(PageDecodingError) -> PageShape {
        let length = body.count
        // The parser reads whole vectors; the padding is usually slack that the transport reserved already.
        body.append(contentsOf: repeatElement(0, count: Int(FABRIC_JSON_PADDING)))
        defer { body.removeLast(Int(FABRIC_JSON_PADDING)) }
        var page = fabric_page()
        var why: UnsafePointer<CChar>?
        let status = body.withUnsafeMutableBufferPointer {
            fabric_page_open(parser, $0.baseAddress, length, &page, &why)
        }
        guard status == FABRIC_JSON_OK else {
            throw PageDecodingError(message: why.map { String(cString: $0) } ?? "not the documented JSON")
        }
        var shape = PageShape(
            total: page.has_total ? page.total : nil, rowCount: 0, malformedFields: Int(page.malformed))
        var row = fabric_row()
        while fabric_page_next(parser, &row) {
            let record = PageRecord(row)
            let id: EndpointID? = if case .row(let row, _) = record { row.id } else { nil }
            if shape.rowCount == 0 { shape.firstID = id }
            shape.lastID = id
            onRecord(record, shape.rowCount)
            shape.rowCount += 1
        }
        return shape
    }
}

extension PageRecord {
    fileprivate init(_ raw: fabric_row) {
        var malformed = Int(raw.malformed)
        func time(_ text: fabric_text) -> Timestamp? {
            guard let bytes = text.bytes else { return nil }
            let time = ISO8601Time.parse(bytes)
            if time == nil { malformed += 1 }
            return time
        }
        let (created, updated) = (time(raw.create_time), time(raw.update_time))
        guard let idBytes = raw.id.bytes, !idBytes.isEmpty else {
            self = .skipped(malformedFields: malformed)
            return
        }
        var row = EndpointRow(id: EndpointID(utf8: idBytes))
        row.name = raw.name.nonEmpty
        if let type = raw.type.nonEmpty { row.type = type }
        if let status = raw.status.nonEmpty { row.status = EndpointStatus(status) }
        if let visibility = raw.visibility.nonEmpty { row.visibility = visibility }
        row.createTime = created
        row.updateTime = updated
        row.apu = ReservedCapacity(raw.apu)
        row.dpu = ReservedCapacity(raw.dpu)
        row.mu = ReservedCapacity(raw.mu)
        if raw.has_ray {
            let workers = UnsafeBufferPointer(start: raw.workers, count: raw.worker_count)
            row.ray = RayCluster(
                hasHead: raw.has_head, headSpecCode: raw.head_spec_code.nonEmpty,
                workers: workers.map(RayCluster.WorkerGroup.init))
        }
        row.errorCode = raw.error_code.nonEmpty
        row.errorMessage = raw.error_msg.nonEmpty
        self = .row(row, malformedFields: malformed)
    }
}

extension ReservedCapacity {
    /// An absent ceiling equals what is kept ready, as the API defaults it: no elastic part.
    fileprivate init?(_ raw: fabric_capacity) {
        guard raw.present else { return nil }
        let reserved = raw.has_reserved ? raw.reserved : 0
        self.init(
            specCode: raw.spec_code.nonEmpty, reserved: reserved, maximum: raw.has_maximum ? raw.maximum : reserved,
            usesPublicResource: raw.uses_public_resource)
    }
}

extension RayCluster.WorkerGroup {
    fileprivate init(_ raw: fabric_worker_group) {
        let minimum = raw.has_minimum ? raw.minimum : 0
        self.init(
            specCode: raw.spec_code.nonEmpty, minimum: minimum, maximum: raw.has_maximum ? raw.maximum : minimum)
    }
}

extension fabric_text {
    fileprivate var bytes: UnsafeBufferPointer<UInt8>? {
        data.map {
            UnsafeBufferPointer(start: UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self), count: length)
        }
    }

    /// The text, nil where it is absent or empty: the two mean the same everywhere in this API.
    fileprivate var nonEmpty: String? {
        guard let bytes, !bytes.isEmpty else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
