// SPDX-License-Identifier: Apache-2.0

/// Collects a response as it comes, line by line and chunk by chunk, and says when it is too large.
struct ResponseCollector {
    /// All heads of one exchange together: endless "100 Continue" or trailers must end too.
    static let maxHeadBytes = 65_536
    /// Lines of all heads of one exchange together.
    static let maxHeadLines = 256
    /// Spare capacity behind a body: a parser that reads whole registers may look there without another copy.
    static let bodySlack = 64
    /// Beyond this the buffer grows as bytes come, since a Content-Length is only a claim.
    private static let maxReservation = 16_777_216

    private(set) var headers: [HTTPHeader] = []
    private(set) var body: [UInt8] = []
    /// Why nothing more is taken; nil: all is well.
    private(set) var excess: String?

    private let maxBodyBytes: Int
    private var headBytes = 0
    private var headLines = 0

    init(maxBodyBytes: Int) { self.maxBodyBytes = maxBodyBytes }

    /// Takes one header line with its line break; false: the response is too large.
    mutating func takeHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        headLines += 1
        guard headBytes <= Self.maxHeadBytes, headLines <= Self.maxHeadLines else {
            excess = "the head has more than \(Self.maxHeadBytes) bytes or \(Self.maxHeadLines) lines"
            return false
        }
        // A status line begins a head: what came before was of an interim response.
        if line.starts(with: "HTTP/".utf8) {
            headers = []
            return true
        }
        let text = Self.trimmed(line[...])
        guard let first = line.first, !text.isEmpty else { return true }
        if Self.isSpace(first) {
            // An obsolete folded line continues the one before.
            if let last = headers.indices.last { headers[last].value += " " + String(decoding: text, as: UTF8.self) }
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let name = Self.trimmed(text[..<colon])
            let value = Self.trimmed(text[text.index(after: colon)...])
            headers.append(HTTPHeader(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
        return true
    }

    /// Takes decoded body bytes; false: the response is too large.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= maxBodyBytes - body.count else {
            excess = "the body has more than \(maxBodyBytes) bytes"
            // Free the memory now; the transfer may linger until the thread has closed it.
            body = []
            return false
        }
        reserve(body.count + bytes.count)
        body.append(contentsOf: bytes)
        return true
    }

    /// The body with its slack, which an empty one has as well.
    mutating func finishBody() -> [UInt8] {
        reserve(body.count)
        // Handed over: whoever takes it is its only owner, and may write behind it without a copy.
        defer { body = [] }
        return body
    }

    /// Makes room for `needed` bytes and the slack.
    ///
    /// Left to itself the array would double beyond the limit, and be copied once more for the slack.
    private mutating func reserve(_ needed: Int) {
        guard body.capacity < needed + Self.bodySlack else { return }
        let wanted = body.isEmpty ? claimedLength : needed * 2
        body.reserveCapacity(max(needed, min(wanted, maxBodyBytes)) + Self.bodySlack)
    }

    /// What the head says of the body's length, as far as it is worth believing.
    private var claimedLength: Int {
        func value(_ name: String) -> String? { headers.last { $0.isNamed(name) }?.value }
        // The length of an encoded body says nothing of the decoded one.
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
