// SPDX-License-Identifier: Apache-2.0
private import CFabricJSON

/// What is kept of an error body: code, the beginning of the message, request id. Bodies come as an object with
/// `error_code` a string or a number, with nested `error` objects, as HTML, or not at all.
struct ErrorBody: Equatable {
    var code: String?
    var message: String?
    var requestID: String?

    /// Messages are cut to so many characters.
    static let messageLimit = 200

    /// Reads `body`, whatever it is. Bodies beyond a mebibyte are not looked at.
    init(_ body: [UInt8]) {
        guard !body.isEmpty, body.count <= 1 << 20 else { return }
        if let parser = fabric_parser_create() {
            defer { fabric_parser_destroy(parser) }
            var raw = fabric_error()
            var padded = body + repeatElement(0, count: Int(FABRIC_JSON_PADDING))
            let decoded = padded.withUnsafeMutableBufferPointer {
                fabric_error_decode(parser, $0.baseAddress, body.count, &raw)
            }
            if decoded {
                code = raw.code.text ?? (raw.has_numeric_code ? String(raw.numeric_code) : nil)
                message = raw.message.text
                requestID = raw.request_id.text
                return
            }
        }
        message = Self.firstWords(of: body)
    }

    /// The beginning of a text that is no JSON, its markup and white space folded.
    private static func firstWords(of body: [UInt8]) -> String? {
        var words: [UInt8] = []
        var inTag = false
        for byte in body.prefix(8_192) {
            switch byte {
            case UInt8(ascii: "<"): inTag = true
            case UInt8(ascii: ">"):
                inTag = false
                if words.last != 0x20 { words.append(0x20) }
            case _ where inTag: break
            case 0...0x20: if words.last != 0x20 { words.append(0x20) }
            default: words.append(byte)
            }
            if words.count >= 4 * messageLimit { break }
        }
        while words.last == 0x20 { words.removeLast() }
        if words.first == 0x20 { words.removeFirst() }
        return words.isEmpty ? nil : String(decoding: words, as: UTF8.self)
    }
}

extension fabric_text {
    fileprivate var text: String? {
        guard let data, length > 0 else { return nil }
        let bytes = UnsafeRawBufferPointer(start: data, count: length)
        return String(decoding: bytes, as: UTF8.self)
    }
}
