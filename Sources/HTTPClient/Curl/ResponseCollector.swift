// SPDX-License-Identifier: Apache-2.0

/// Collects the lines and chunks of a response, within limits.
struct ResponseCollector {
    /// The maximum size of all heads of a request together, including interim responses and trailers, in bytes.
    static let maxHeadBytes = 65_536
    /// The maximum number of lines of all heads of a request together.
    static let maxHeadLines = 256
    /// The spare capacity after a body, in bytes, for parsers that load whole vectors past the end.
    static let bodySlack = 64
    /// The maximum capacity, in bytes, to reserve in advance: the Content-Length may be wrong.
    private static let maxReservation = 16_777_216

    private(set) var headers: [HTTPHeader] = []
    private(set) var body: [UInt8] = []
    /// The limit that was exceeded; nil if none.
    private(set) var excess: String?

    private let maxBodyBytes: Int
    private var headBytes = 0
    private var headLines = 0

    init(maxBodyBytes: Int) { self.maxBodyBytes = maxBodyBytes }

    /// Adds a header line with its line break; returns false if the response is too large.
    mutating func takeHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        headLines += 1
        guard headBytes <= Self.maxHeadBytes, headLines <= Self.maxHeadLines else {
            excess = "the response head exceeds \(Self.maxHeadBytes) bytes or \(Self.maxHeadLines) lines"
            return false
        }
        // A status line starts a new head; the previous one was that of an interim response.
        if line.starts(with: "HTTP/".utf8) {
            headers = []
            return true
        }
        let text = Self.trimmed(line[...])
        guard let first = line.first, !text.isEmpty else { return true }
        if Self.isSpace(first) {
            // A folded line (obsolete syntax) continues the previous one.
            if let last = headers.indices.last { headers[last].value += " " + String(decoding: text, as: UTF8.self) }
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let name = Self.trimmed(text[..<colon])
            let value = Self.trimmed(text[text.index(after: colon)...])
            headers.append(HTTPHeader(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
        return true
    }

    /// Adds decoded body bytes; returns false if the response is too large.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= maxBodyBytes - body.count else {
            excess = "the response body exceeds \(maxBodyBytes) bytes"
            // Free the memory now; the transfer ends later.
            body = []
            return false
        }
        reserve(body.count + bytes.count)
        body.append(contentsOf: bytes)
        return true
    }

    /// Returns the body, with spare capacity even if it is empty.
    mutating func finishBody() -> [UInt8] {
        reserve(body.count)
        // The caller becomes the only owner and can write to the spare capacity without a copy.
        defer { body = [] }
        return body
    }

    /// Reserves capacity for `needed` bytes and the slack.
    ///
    /// By itself, the array would double beyond the limit, and be copied again for the slack.
    private mutating func reserve(_ needed: Int) {
        guard body.capacity < needed + Self.bodySlack else { return }
        let wanted = body.isEmpty ? expectedLength : needed * 2
        body.reserveCapacity(max(needed, min(wanted, maxBodyBytes)) + Self.bodySlack)
    }

    /// The Content-Length, capped; 0 if unknown.
    private var expectedLength: Int {
        func value(_ name: String) -> String? { headers.last { $0.isNamed(name) }?.value }
        // With a content encoding, the length is that of the encoded body.
        guard value("content-encoding") == nil, let length = value("content-length").flatMap({ Int($0) }) else {
            return 0
        }
        return min(length, Self.maxReservation)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        func isTrimmed(_ byte: UInt8) -> Bool { isSpace(byte) || byte == 0x0d || byte == 0x0a }
        guard let first = bytes.firstIndex(where: { !isTrimmed($0) }),
            let last = bytes.lastIndex(where: { !isTrimmed($0) })
        else { return bytes[bytes.endIndex...] }
        return bytes[first...last]
    }
}
