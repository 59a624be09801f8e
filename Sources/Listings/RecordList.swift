// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// All records of a complete read, for the status page: immutable, in the order in which they were read. They are packed
/// into one buffer, because a process may keep hundreds of thousands; a row decodes only what is asked for.
public struct RecordList: Sendable, Sequence {
    /// The label values, by the numbers that rows have.
    struct Values: Sendable {
        var types: [String] = []
        var statuses: [String] = []
        var visibilities: [String] = []
        var errorCodes: [String] = []
        /// The version of the API that the records come from.
        var api = APIVersion.v1
    }

    /// The fixed part of a packed record. The texts follow it without separators.
    struct Header: BitwiseCopyable {
        /// Stands for an unknown creation time.
        static let unknownTime = Timestamp(microseconds: .min)

        var since: Timestamp
        var createTime: Timestamp
        var type: UInt32
        var status: UInt32
        var visibility: UInt32
        var errorCode: UInt32
        /// The lengths of the texts in bytes, in the order of ``Text``.
        var lengths: InlineArray<8, UInt16>
        var phase: Phase
        var isPrivate: Bool
        var idForm: IDForm
    }

    /// The texts of a packed record, in their order.
    enum Text: Int {
        /// The bytes of ``IDForm``.
        case id
        case name, owner, ownerID
        /// The ID of the image package; of the compute pool in records of ``APIVersion/v2``, which have no package. One
        /// place for both, because each text adds a length to every record.
        case capOrPoolID
        case capVersionID, errorMessage, description
    }

    /// The content of ``Text/id``.
    enum IDForm: UInt8, BitwiseCopyable {
        /// A number of 128 bits.
        case digits, uuid
        /// A text.
        case other
    }

    /// The packed records. Rows refer to it, so it is in memory for as long as any of them.
    final class Storage: Sendable {
        let bytes: [UInt8]
        /// The number of bytes in use; the rest is reserved.
        let size: Int
        let values: Values
        /// The end of the read; later times are capped at it.
        let end: Timestamp

        init(bytes: [UInt8], size: Int, values: Values, end: Timestamp) {
            self.bytes = bytes
            self.size = size
            self.values = values
            self.end = end
        }
    }

    private static let none = Storage(bytes: [], size: 0, values: Values(), end: Timestamp(microseconds: 0))

    let storage: Storage
    /// The number of records.
    public let count: Int

    /// Creates a list without records.
    public init() {
        storage = Self.none
        count = 0
    }

    init(_ storage: Storage, count: Int) {
        self.storage = storage
        self.count = count
    }

    /// Whether there is no record.
    public var isEmpty: Bool { count == 0 }

    /// See `Sequence`.
    public var underestimatedCount: Int { count }

    /// See `Sequence`.
    public func makeIterator() -> Iterator { Iterator(storage) }

    /// Iterates over the records.
    public struct Iterator: IteratorProtocol {
        private let storage: Storage
        private var offset = 0

        fileprivate init(_ storage: Storage) { self.storage = storage }

        /// See `IteratorProtocol`.
        public mutating func next() -> Row? {
            guard offset < storage.size else { return nil }
            let header = storage.bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Header.self) }
            let row = Row(storage, header, texts: offset + MemoryLayout<Header>.size)
            offset = row.start(of: header.lengths.count)
            return row
        }
    }

    /// A record of the list.
    public struct Row: Sendable {
        private let storage: Storage
        private let header: Header
        /// The offset of the texts.
        private let texts: Int

        fileprivate init(_ storage: Storage, _ header: Header, texts: Int) {
            self.storage = storage
            self.header = header
            self.texts = texts
        }

        /// The id.
        public var id: RecordID {
            withBytes(of: .id) { bytes in
                func number(_ offset: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
                return switch header.idForm {
                case .digits: RecordID(.digits(number(0), number(8)))
                case .uuid: RecordID(.uuid(number(0), number(8)))
                case .other: RecordID(.other(Array(bytes)))
                }
            }
        }

        /// The type.
        public var type: String { storage.values.types[Int(header.type)] }
        /// The status.
        public var status: String { storage.values.statuses[Int(header.status)] }
        /// The phase of the status.
        public var phase: Phase { header.phase }
        /// When the record entered its status (upper bound).
        public var since: Timestamp { Swift.min(header.since, storage.end) }
        /// When the record was created; nil if unknown.
        public var createTime: Timestamp? {
            header.createTime == Header.unknownTime ? nil : Swift.min(header.createTime, storage.end)
        }
        /// Whether the record is not public. Public ones may belong to other tenants.
        public var isPrivate: Bool { header.isPrivate }
        /// Whether the record has an error code.
        public var hasError: Bool { header.errorCode != StringTable.none }

        /// The record with all its texts.
        public var detail: RecordDetail {
            let capOrPoolID = text(.capOrPoolID)
            return RecordDetail(
                id: id, name: text(.name), type: type, status: status, phase: phase,
                visibility: storage.values.visibilities[Int(header.visibility)], since: since, createTime: createTime,
                errorCode: hasError ? storage.values.errorCodes[Int(header.errorCode)] : nil,
                errorMessage: text(.errorMessage), owner: text(.owner), ownerID: text(.ownerID),
                capID: storage.values.api == .v1 ? capOrPoolID : nil, capVersionID: text(.capVersionID),
                poolID: storage.values.api == .v2 ? capOrPoolID : nil, description: text(.description))
        }

        /// Returns whether name, id, owner or owner id contain the text of `search`.
        public func matches(_ search: RecordSearch) -> Bool {
            func contains(_ text: Text) -> Bool {
                header.lengths[text.rawValue] > 0 && withBytes(of: text) { search.matches($0) }
            }
            return contains(.name) || contains(.owner) || contains(.ownerID) || idMatches(search)
        }

        private func idMatches(_ search: RecordSearch) -> Bool {
            if header.idForm == .other { return withBytes(of: .id) { search.matches($0) } }
            var text = search.canMatchDigits ? id.text : ""
            return text.withUTF8 { search.matches(UnsafeRawBufferPointer($0)) }
        }

        private func text(_ text: Text) -> String? {
            if header.lengths[text.rawValue] == 0 { return nil }
            return withBytes(of: text) { String(decoding: $0, as: UTF8.self) }
        }

        private func withBytes<Result>(of text: Text, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
            let start = start(of: text.rawValue)
            return storage.bytes.withUnsafeBytes {
                body(UnsafeRawBufferPointer(rebasing: $0[start..<start + Int(header.lengths[text.rawValue])]))
            }
        }

        /// Returns the offset of a text, or the end of the record.
        fileprivate func start(of text: Int) -> Int {
            var offset = texts
            for index in 0..<text { offset += Int(header.lengths[index]) }
            return offset
        }
    }
}
