// SPDX-License-Identifier: Apache-2.0
internal import Base
private import CFabricJSON

/// What an error body says: code, message, request id. Bodies come as an object with `error_code` a string or a number,
/// with nested `error` objects, as HTML, or not at all. The texts are not cut: they may echo a secret, and
/// one that is cut in two is not found.
struct ErrorBody: Equatable {
    var code: String?
    var message: String?
    var requestID: String?

    /// The most bytes of a body that are looked at: the parser needs twelve times as much memory.
    static let maximumBytes = 64 << 10

    /// Reads `body`, whatever it is. One of more than ``maximumBytes`` says nothing.
    init(_ body: [UInt8]) {
        self.init(json: body)
        if code == nil, message == nil, body.count <= Self.maximumBytes { message = Self.words(of: body) }
    }

    /// Reads `body` if it is an object. One of more than ``maximumBytes`` says nothing.
    init(json body: [UInt8]) {
        guard !body.isEmpty, body.count <= Self.maximumBytes, let parser = fabric_parser_create() else { return }
        defer { fabric_parser_destroy(parser) }
        var raw = fabric_error()
        var padded = body + repeatElement(0, count: Int(FABRIC_JSON_PADDING))
        let isObject = padded.withUnsafeMutableBufferPointer {
            fabric_error_decode(parser, $0.baseAddress, body.count, &raw)
        }
        guard isObject else { return }
        code = raw.code.pageText.string ?? (raw.has_numeric_code ? String(raw.numeric_code) : nil)
        message = raw.message.pageText.string
        requestID = raw.request_id.pageText.string
    }

    /// What it says, secrets redacted and then cut.
    func redacted() -> ErrorBody {
        var body = self
        body.code = Self.redacted(code)
        body.message = Self.redacted(message, limit: 1_000)
        body.requestID = Self.redacted(requestID)
        return body
    }

    /// Redacts before it cuts: half a secret would not be found.
    static func redacted(_ text: String?, limit: Int = 64) -> String? {
        text.map { KnownSecrets.shared.redacting($0).prefix(bytes: limit) }
    }

    /// A text that is no known object, its markup and white space folded.
    private static func words(of body: [UInt8]) -> String? {
        var words: [UInt8] = []
        var inTag = false
        for byte in body {
            switch byte {
            case UInt8(ascii: "<"): inTag = true
            case UInt8(ascii: ">"):
                inTag = false
                if words.last != 0x20 { words.append(0x20) }
            case _ where inTag: break
            case 0...0x20: if words.last != 0x20 { words.append(0x20) }
            default: words.append(byte)
            }
        }
        while words.last == 0x20 { words.removeLast() }
        if words.first == 0x20 { words.removeFirst() }
        return words.isEmpty ? nil : String(decoding: words, as: UTF8.self)
    }
}
