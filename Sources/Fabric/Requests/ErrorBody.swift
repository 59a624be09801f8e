// SPDX-License-Identifier: Apache-2.0
internal import Base
private import CFabricJSON

/// The code, message and request ID of an error body. A body is an object with `error_code` (a string or a number) or a
/// nested `error` object, or HTML, or empty. The texts aren't truncated before redaction, because a truncated secret
/// wouldn't be found.
struct ErrorBody: Equatable {
    var code: String?
    var message: String?
    var requestID: String?

    /// The maximum size of a parsed body in bytes. The parser needs twelve times as much memory.
    static let maximumBytes = 64 << 10

    /// Reads `body`, or its text if it isn't a known object. A body of more than ``maximumBytes`` is ignored.
    init(_ body: [UInt8]) {
        self.init(json: body)
        if code == nil, message == nil, body.count <= Self.maximumBytes { message = Self.text(of: body) }
    }

    /// Reads `body` if it is an object. A body of more than ``maximumBytes`` is ignored.
    init(json body: [UInt8]) {
        guard !body.isEmpty, body.count <= Self.maximumBytes, let parser = fabric_parser_create() else { return }
        defer { fabric_parser_destroy(parser) }
        var raw = fabric_error()
        var padded = body + repeatElement(0, count: Int(FABRIC_JSON_PADDING))
        let isObject = padded.withUnsafeMutableBufferPointer {
            fabric_error_decode(parser, $0.baseAddress, body.count, &raw)
        }
        guard isObject else { return }
        code = raw.code.borrowed.string ?? (raw.has_numeric_code ? String(raw.numeric_code) : nil)
        message = raw.message.borrowed.string
        requestID = raw.request_id.borrowed.string
    }

    /// Returns a copy with secrets redacted and texts truncated.
    func redacted() -> ErrorBody {
        var body = self
        body.code = Self.redacted(code)
        body.message = Self.redacted(message, limit: 1_000)
        body.requestID = Self.redacted(requestID)
        return body
    }

    /// Redacts secrets, then truncates to `limit` bytes: a truncated secret wouldn't be found.
    static func redacted(_ text: String?, limit: Int = 64) -> String? {
        text.map { KnownSecrets.shared.redacting($0).prefix(bytes: limit) }
    }

    /// Returns the text of `body` without markup and with white space collapsed; nil if empty.
    private static func text(of body: [UInt8]) -> String? {
        var text: [UInt8] = []
        var inTag = false
        for byte in body {
            switch byte {
            case UInt8(ascii: "<"): inTag = true
            case UInt8(ascii: ">"):
                inTag = false
                if text.last != 0x20 { text.append(0x20) }
            case _ where inTag: break
            case 0...0x20: if text.last != 0x20 { text.append(0x20) }
            default: text.append(byte)
            }
        }
        while text.last == 0x20 { text.removeLast() }
        if text.first == 0x20 { text.removeFirst() }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }
}
