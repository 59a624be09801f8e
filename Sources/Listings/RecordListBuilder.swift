// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// Packs the records of a listing into a ``RecordList``, as its fold reads them.
struct RecordListBuilder: Sendable {
    /// The fields of one record. Absent texts are empty.
    struct Fields {
        var id: RecordID
        /// The numbers of the label values in the string tables of the fold; see ``RecordList/Values``.
        var type, status, visibility, errorCode: UInt32
        var phase: Phase
        var isPrivate: Bool
        var since: Timestamp
        var createTime: Timestamp?
        var name, owner, ownerID, capID, capVersionID, errorMessage, description: BorrowedText
        /// The compute pool of an endpoint of ``APIVersion/v2``, which has no `capID`.
        var poolID = BorrowedText.none
    }

    /// The size of the first buffer without an expectation.
    private static let minimumBytes = 1_024

    /// The packed records, followed by reserved memory.
    private var bytes: [UInt8] = []
    /// The number of bytes in use.
    private(set) var size = 0
    private var count = 0
    private let expectedBytes: Int

    /// Creates a builder without records.
    /// - Parameter expectedBytes: the ``size`` of the previous list. If the next one is about as large, its memory is
    ///   allocated once.
    init(expectedBytes: Int) { self.expectedBytes = expectedBytes }

    /// Appends a record. Cuts its texts to the lengths of a ``RecordDetail``.
    mutating func add(_ record: Fields) {
        let id = record.id.form
        reserve(Self.maximumBytes(of: record, id))
        size += bytes.withUnsafeMutableBytes { [size] buffer in
            guard let start = buffer.baseAddress else { return 0 }
            var row = RowWriter(start + size)
            let idForm = row.add(id)
            row.add(record.name, .name)
            row.add(record.owner, .owner)
            row.add(record.ownerID, .ownerID)
            row.add(record.capID.isEmpty ? record.poolID : record.capID, .capOrPoolID)
            row.add(record.capVersionID, .capVersionID)
            row.add(record.errorMessage, .errorMessage, limit: RecordDetail.maximumMessageBytes)
            row.add(record.description, .description)
            return row.finish(
                RecordList.Header(
                    since: record.since, createTime: record.createTime ?? RecordList.Header.unknownTime,
                    type: record.type, status: record.status, visibility: record.visibility,
                    errorCode: record.errorCode, lengths: row.lengths, phase: record.phase,
                    isPrivate: record.isPrivate, idForm: idForm))
        }
        count += 1
    }

    /// Returns the list of the records added so far.
    /// - Parameters:
    ///   - values: the label values by number.
    ///   - now: the end of the poll; later times of records are capped at it.
    func list(_ values: RecordList.Values, now: Timestamp) -> RecordList {
        RecordList(RecordList.Storage(bytes: bytes, size: size, values: values, end: now), count: count)
    }

    /// Returns the maximum number of bytes of a packed record. Redacting a text before it is cut can make it shorter.
    private static func maximumBytes(of record: Fields, _ id: RecordID.Form) -> Int {
        func length(_ text: BorrowedText, limit: Int = RecordDetail.maximumTextBytes) -> Int {
            min(text.bytes.count, limit)
        }
        let id = if case .other(let bytes) = id { bytes.count } else { 2 * MemoryLayout<UInt64>.size }
        return MemoryLayout<RecordList.Header>.size + id + length(record.name) + length(record.owner)
            + length(record.ownerID) + length(record.capID) + length(record.poolID) + length(record.capVersionID)
            + length(record.errorMessage, limit: RecordDetail.maximumMessageBytes) + length(record.description)
    }

    private mutating func reserve(_ more: Int) {
        if size + more <= bytes.count { return }
        // A little more than expected, so that a few new records do not double the memory.
        let wanted = bytes.isEmpty ? max(Self.minimumBytes, expectedBytes + expectedBytes / 16) : bytes.count * 2
        var larger = [UInt8](repeating: 0, count: max(size + more, wanted))
        larger.withUnsafeMutableBytes { larger in
            bytes.withUnsafeBytes { larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<size])) }
        }
        bytes = larger
    }
}

/// Writes one packed record: the texts first, then the header before them.
private struct RowWriter {
    private let row: UnsafeMutableRawPointer
    private var size = MemoryLayout<RecordList.Header>.size
    private(set) var lengths = InlineArray<8, UInt16>(repeating: 0)

    /// - Parameter row: has enough memory for the record.
    init(_ row: UnsafeMutableRawPointer) { self.row = row }

    mutating func add(_ id: RecordID.Form) -> RecordList.IDForm {
        switch id {
        case .digits(let high, let low):
            add(high, low)
            return .digits
        case .uuid(let high, let low):
            add(high, low)
            return .uuid
        case .other(let bytes):
            bytes.withUnsafeBytes { add($0, .id) }
            return .other
        }
    }

    private mutating func add(_ high: UInt64, _ low: UInt64) {
        row.storeBytes(of: high, toByteOffset: size, as: UInt64.self)
        row.storeBytes(of: low, toByteOffset: size + 8, as: UInt64.self)
        size += 16
        lengths[RecordList.Text.id.rawValue] = 16
    }

    mutating func add(_ text: BorrowedText, _ field: RecordList.Text, limit: Int = RecordDetail.maximumTextBytes) {
        if text.isEmpty { return }
        if text.bytes.count <= limit { return add(UnsafeRawBufferPointer(text.bytes), field) }
        var cut = text.limited(to: limit) ?? ""
        cut.withUTF8 { add(UnsafeRawBufferPointer($0), field) }
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer, _ field: RecordList.Text) {
        if let start = bytes.baseAddress { (row + size).copyMemory(from: start, byteCount: bytes.count) }
        size += bytes.count
        lengths[field.rawValue] = UInt16(bytes.count)
    }

    /// Writes the header.
    /// - Returns: the number of bytes of the record.
    func finish(_ header: RecordList.Header) -> Int {
        row.storeBytes(of: header, toByteOffset: 0, as: RecordList.Header.self)
        return size
    }
}
