// SPDX-License-Identifier: Apache-2.0
public import Base
internal import CFabricJSON

/// Reads the fields of one record of a page, while that page is at hand. What is absent or null is nil or empty; so is what has
/// a wrong type, and it is counted.
public struct RecordReader {
    let parser: OpaquePointer
    let plausibleTimes: PlausibleTimes
    private var malformed: UInt32 = 0

    init(_ parser: OpaquePointer, _ plausibleTimes: PlausibleTimes) {
        self.parser = parser
        self.plausibleTimes = plausibleTimes
    }

    /// Fields read so far that had a wrong type, and times that were unreadable or implausible.
    public var malformedFields: Int { Int(malformed) }

    /// The text called `name`, where it stands in the page.
    public mutating func text(_ name: String) -> PageText { fabric_record_text(parser, name, &malformed).pageText }

    /// The integer called `name`, clamped to 64 bits.
    public mutating func integer(_ name: String) -> Int64? {
        var number: Int64 = 0
        return fabric_record_integer(parser, name, &number, &malformed) ? number : nil
    }

    /// The time called `name`, in ISO 8601; nil, and counted, where it is before 2010 or more than 24 h ahead.
    public mutating func time(_ name: String) -> Timestamp? { time(fabric_record_text(parser, name, &malformed)) }

    @inline(__always)
    mutating func time(_ text: fabric_text) -> Timestamp? {
        guard text.data != nil else { return nil }
        if let time = ISO8601Time.parse(text.pageText.bytes), plausibleTimes.contains(time) { return time }
        malformed += 1
        return nil
    }

    mutating func noteMalformed(_ fields: UInt32) { malformed += fields }
}

extension PageText {
    /// The text to keep, cut to `limit` bytes; nil if it is empty. Secrets are removed before it is cut: one that was cut in
    /// two is not found any more.
    public func limited(to limit: Int) -> String? {
        bytes.count <= limit ? string : string.map { KnownSecrets.shared.redacting($0).prefix(bytes: limit) }
    }
}

extension fabric_text {
    @inline(__always)
    var pageText: PageText {
        let start = data.map { UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self) }
        return PageText(UnsafeBufferPointer(start: start, count: length))
    }
}
