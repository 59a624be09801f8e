// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import CFabricJSON

extension EndpointRecord: ListedRow {
    /// See ``ListedRow/plural``.
    public static let plural = "endpoints"

    /// See ``ListedRow/recordID``.
    public var recordID: RecordID { id }

    /// Reads an endpoint; nil if its ID is missing or longer than a label value may be.
    public init?(_ record: inout RecordReader) {
        var raw = fabric_row()
        switch record.api {
        case .v1: fabric_record_endpoint(record.parser, &raw)
        case .v2: fabric_record_endpoint_v2(record.parser, &raw)
        }
        record.noteMalformed(raw.malformed)
        let (created, updated) = (record.time(raw.create_time), record.time(raw.update_time))
        guard let id = RecordID(raw.id.borrowed) else { return nil }
        self.init(
            id: id, name: (raw.display_name.length > 0 ? raw.display_name : raw.name).borrowed, type: raw.type.borrowed,
            status: raw.status.borrowed,
            visibility: raw.visibility.borrowed, description: raw.description.borrowed, createTime: created,
            updateTime: updated, ownerName: raw.owner_name.borrowed, ownerID: raw.owner_id.borrowed,
            capID: raw.cap_id.borrowed,
            capVersionID: raw.cap_version_id.borrowed, apu: Capacity(raw.apu), dpu: Capacity(raw.dpu),
            mu: Capacity(raw.mu), ray: raw.has_ray ? Ray(raw, record.parser) : nil,
            errorCode: raw.error_code.borrowed, errorMessage: raw.error_msg.borrowed,
            poolID: raw.compute_id.borrowed, resourceMode: raw.resource_type.borrowed,
            resources: .init(parser: record.parser))
    }
}

extension EndpointRecord.Ray {
    /// Creates the shape of the record that `parser` decoded last.
    fileprivate init(_ raw: fabric_row, _ parser: OpaquePointer) {
        self.init(
            hasHead: raw.has_head, headSpecCode: raw.head_spec_code.borrowed, workers: .init(parser: parser))
    }
}

extension EndpointRecord.Workers {
    /// See `IteratorProtocol`.
    public struct Iterator: IteratorProtocol {
        let parser: OpaquePointer

        /// See `IteratorProtocol`.
        public func next() -> EndpointRecord.Capacity? {
            var group = fabric_worker_group()
            return fabric_row_next_worker(parser, &group) ? EndpointRecord.Capacity(group) : nil
        }
    }

    /// See `Sequence`.
    public func makeIterator() -> Iterator {
        fabric_row_begin_workers(parser)
        return Iterator(parser: parser)
    }
}

extension EndpointRecord.Resources {
    /// See `IteratorProtocol`.
    public struct Iterator: IteratorProtocol {
        let parser: OpaquePointer

        /// See `IteratorProtocol`.
        public func next() -> EndpointRecord.Resource? {
            var resource = fabric_resource()
            guard fabric_row_next_resource(parser, &resource) else { return nil }
            return EndpointRecord.Resource(
                name: resource.type.borrowed, capacity: EndpointRecord.Capacity(resource.capacity))
        }
    }

    /// See `Sequence`.
    public func makeIterator() -> Iterator {
        fabric_row_begin_resources(parser)
        return Iterator(parser: parser)
    }
}

extension EndpointRecord.Capacity {
    /// Reads a capacity. Without a maximum, the maximum is the reserved capacity, which is the API's default.
    @inline(__always)
    fileprivate init?(_ raw: fabric_capacity) {
        guard raw.present else { return nil }
        let reserved = raw.has_reserved ? raw.reserved : 0
        self.init(
            specCode: raw.spec_code.borrowed, reserved: reserved, maximum: raw.has_maximum ? raw.maximum : reserved,
            usesPublicResource: raw.uses_public_resource)
    }

    fileprivate init(_ raw: fabric_worker_group) {
        let minimum = raw.has_minimum ? raw.minimum : 0
        self.init(
            specCode: raw.spec_code.borrowed, reserved: minimum, maximum: raw.has_maximum ? raw.maximum : minimum)
    }
}
