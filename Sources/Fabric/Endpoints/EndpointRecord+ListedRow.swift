// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import CFabricJSON

extension EndpointRecord: ListedRow {
    /// See ``ListedRow/plural``.
    public static let plural = "endpoints"

    /// See ``ListedRow/recordID``.
    public var recordID: RecordID { id }

    /// An id of more bytes than a label may have is not usable.
    public init?(_ record: inout RecordReader) {
        var raw = fabric_row()
        fabric_record_endpoint(record.parser, &raw)
        record.noteMalformed(raw.malformed)
        let (created, updated) = (record.time(raw.create_time), record.time(raw.update_time))
        guard let id = RecordID(raw.id.pageText) else { return nil }
        self.init(
            id: id, name: raw.name.pageText, type: raw.type.pageText, status: raw.status.pageText,
            visibility: raw.visibility.pageText, createTime: created, updateTime: updated,
            ownerName: raw.owner_name.pageText, ownerID: raw.owner_id.pageText, capID: raw.cap_id.pageText,
            capVersionID: raw.cap_version_id.pageText, apu: Capacity(raw.apu), dpu: Capacity(raw.dpu),
            mu: Capacity(raw.mu), ray: raw.has_ray ? Ray(raw, record.parser) : nil,
            errorCode: raw.error_code.pageText, errorMessage: raw.error_msg.pageText)
    }
}

extension EndpointRecord.Ray {
    /// The worker groups are those of the record that `parser` decoded last.
    fileprivate init(_ raw: fabric_row, _ parser: OpaquePointer) {
        self.init(
            hasHead: raw.has_head, headSpecCode: raw.head_spec_code.pageText,
            workers: AnySequence {
                fabric_row_begin_workers(parser)
                return AnyIterator {
                    var group = fabric_worker_group()
                    return fabric_row_next_worker(parser, &group) ? EndpointRecord.Capacity(group) : nil
                }
            })
    }
}

extension EndpointRecord.Capacity {
    /// An absent ceiling equals what is kept ready, as the API defaults it: no elastic part.
    @inline(__always)
    fileprivate init?(_ raw: fabric_capacity) {
        guard raw.present else { return nil }
        let reserved = raw.has_reserved ? raw.reserved : 0
        self.init(
            specCode: raw.spec_code.pageText, reserved: reserved, maximum: raw.has_maximum ? raw.maximum : reserved,
            usesPublicResource: raw.uses_public_resource)
    }

    fileprivate init(_ raw: fabric_worker_group) {
        let minimum = raw.has_minimum ? raw.minimum : 0
        self.init(
            specCode: raw.spec_code.pageText, reserved: minimum, maximum: raw.has_maximum ? raw.maximum : minimum)
    }
}
