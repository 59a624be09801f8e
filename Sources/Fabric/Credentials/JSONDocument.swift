// SPDX-License-Identifier: Apache-2.0
private import CFabricJSON

/// A JSON document with access by JSON pointer (RFC 6901), such as `/token/expires_at`.
final class JSONDocument {
    // Owns the parsed text, so that the input needn't outlive the initializer.
    private let parser: OpaquePointer

    /// Parses `bytes`; nil if they aren't JSON.
    init?(_ bytes: [UInt8]) {
        guard let parser = fabric_parser_create() else { return nil }
        self.parser = parser
        var padded = bytes + repeatElement(0, count: Int(FABRIC_JSON_PADDING))
        let isJSON = padded.withUnsafeMutableBufferPointer {
            fabric_document_open(parser, $0.baseAddress, bytes.count)
        }
        guard isJSON else { return nil }
    }

    deinit { fabric_parser_destroy(parser) }

    /// Returns the string at `pointer`; nil if there is none.
    func text(_ pointer: String) -> String? {
        let text = fabric_document_text(parser, pointer)
        guard let data = text.data else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: data, count: text.length), as: UTF8.self)
    }

    /// Returns the first string that isn't empty at one of `pointers`.
    func text(anyOf pointers: [String]) -> String? {
        for pointer in pointers {
            if let text = text(pointer), !text.isEmpty { return text }
        }
        return nil
    }

    /// Returns the integer at `pointer`; nil if there is none. A number with a zero fraction is an integer.
    func integer(_ pointer: String) -> Int64? {
        var number: Int64 = 0
        return fabric_document_integer(parser, pointer, &number) ? number : nil
    }

    /// Returns whether there is no value at `pointer`, or null.
    func isAbsent(_ pointer: String) -> Bool { fabric_document_is_absent(parser, pointer) }

    /// Returns the number at `pointer`, rounded to a double; nil if there is none.
    func number(_ pointer: String) -> Double? {
        var number = 0.0
        return fabric_document_number(parser, pointer, &number) ? number : nil
    }

    /// Returns the number of elements of the array at `pointer`; nil if there is no array.
    func count(_ pointer: String) -> Int? {
        let count = fabric_document_count(parser, pointer)
        return count < 0 ? nil : Int(count)
    }
}
