// SPDX-License-Identifier: Apache-2.0
private import CFabricJSON

/// What an error body says: code, message, request id. Bodies come as an object with `error_code` a string or a number,
/// with nested `error` objects, as HTML, or not at all. The texts are as long as they came: they may echo a secret, and
/// one that is cut in two is no longer found.
struct ErrorBody: Equatable {
    var code: String?
    var message: String?
    var requestID: String?

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
            }
        }
        if code == nil, message == nil { message = Self.words(of: body) }
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

extension fabric_text {
    fileprivate var text: String? {
        guard let data, length > 0 else { return nil }
        let bytes = UnsafeRawBufferPointer(start: data, count: length)
        return String(decoding: bytes, as: UTF8.self)
    }
}
