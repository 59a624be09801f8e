// SPDX-License-Identifier: Apache-2.0
public import Base
internal import CFabricJSON

/// Reads the fields of one record of a page. Absent and null fields are nil or empty, as are fields of a wrong type,
/// which are also counted.
public struct RecordReader {
    let parser: OpaquePointer
    let plausibleTimes: PlausibleTimes
    /// The version of the API that the page comes from.
    let api: APIVersion
    private var malformed: UInt32 = 0

    init(_ parser: OpaquePointer, _ plausibleTimes: PlausibleTimes, _ api: APIVersion = .v1) {
        self.parser = parser
        self.plausibleTimes = plausibleTimes
        self.api = api
    }

    /// The number of fields read so far with a wrong type, or with an unreadable or implausible time.
    public var malformedFields: Int { Int(malformed) }

    /// Returns the text field `name`, borrowed from the page.
    public mutating func text(_ name: String) -> BorrowedText { fabric_record_text(parser, name, &malformed).borrowed }

    /// Returns the integer field `name`, clamped to 64 bits.
    public mutating func integer(_ name: String) -> Int64? {
        var number: Int64 = 0
        return fabric_record_integer(parser, name, &number, &malformed) ? number : nil
    }

    /// Reads the fields of the object field `name`, of a record that isn't nested itself; nil if it is absent.
    public mutating func object<Result>(
        _ name: String, _ read: (inout RecordReader) -> Result
    ) -> Result? {
        guard fabric_record_enter(parser, name, &malformed) else { return nil }
        defer { fabric_record_leave(parser) }
        return read(&self)
    }

    /// Reads each object of the array field `name`, of a record that isn't nested itself.
    public mutating func objects(_ name: String, _ read: (inout RecordReader) -> Void) {
        guard fabric_record_enter_items(parser, name, &malformed) else { return }
        defer { fabric_record_leave(parser) }
        while fabric_record_next_item(parser, &malformed) { read(&self) }
    }

    /// Returns the ISO 8601 time field `name`; nil, and counted, if it is before 2010 or more than 24 h ahead.
    public mutating func time(_ name: String) -> Timestamp? { time(fabric_record_text(parser, name, &malformed)) }

    @inline(__always)
    mutating func time(_ text: fabric_text) -> Timestamp? {
        guard text.data != nil else { return nil }
        if let time = ISO8601Time.parse(text.borrowed.bytes), plausibleTimes.contains(time) { return time }
        malformed += 1
        return nil
    }

    mutating func noteMalformed(_ fields: UInt32) { malformed += fields }
}

extension BorrowedText {
    /// Returns a copy of the text, truncated to `limit` bytes; nil if it is empty. Redacts secrets before truncating,
    /// because a truncated secret wouldn't be found.
    public func limited(to limit: Int) -> String? {
        bytes.count <= limit ? string : string.map { KnownSecrets.shared.redacting($0).prefix(bytes: limit) }
    }
}

extension fabric_text {
    @inline(__always)
    var borrowed: BorrowedText {
        let start = data.map { UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self) }
        return BorrowedText(UnsafeBufferPointer(start: start, count: length))
    }
}
