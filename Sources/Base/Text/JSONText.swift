// SPDX-License-Identifier: Apache-2.0

/// JSON encoding without Foundation, for small documents.
public enum JSONText {
    /// Encodes `value` as a JSON string. Escapes invisible characters and those that change the display of others (see
    /// ``isHidden(_:)``), so that untrusted text can neither start a new line nor reorder one.
    public static func string(_ value: String) -> String {
        // Most texts need no escapes.
        if value.utf8.allSatisfy(isPlain) { return "\"" + value + "\"" }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where isHidden(scalar):
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let hex = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// Whether the byte is a visible ASCII character or a space that needs no escape.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Whether `scalar` is a control character, a bidirectional control, invisible, or a line or paragraph separator.
    /// False for variation selectors, which emoji use.
    public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: false
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2064, 0x2066...0x2069,
            0xFEFF, 0xE0000...0xE007F:
            true
        default: false
        }
    }
}

/// A JSON value to encode.
public indirect enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// An integer.
    case integer(Int64)
    /// A number in JSON syntax, such as a fraction with the digits that the caller chose.
    case number(String)
    /// A string, unescaped.
    case string(String)
    /// Any value that is already encoded, such as one too large to keep as a tree.
    case encoded(String)
    /// An array.
    case array([JSONValue])
    /// An object; the order of members is kept.
    case object([(name: String, value: JSONValue)])

    /// The value encoded in one line.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// The value encoded with indentation. Arrays and objects of up to 60 bytes without nested ones stay on one line.
    public var indentedText: String {
        var text = ""
        writeIndented(to: &text, indentation: "")
        return text
    }

    /// Returns the value with `transform` applied to every string; member names and encoded values are unchanged.
    public func mapStrings(_ transform: (String) -> String) -> JSONValue {
        switch self {
        case .string(let value): .string(transform(value))
        case .array(let values): .array(values.map { $0.mapStrings(transform) })
        case .object(let members): .object(members.map { ($0.name, $0.value.mapStrings(transform)) })
        case .null, .boolean, .integer, .number, .encoded: self
        }
    }

    private func writeIndented(to text: inout String, indentation: String) {
        let inner = indentation + "  "
        let parts: [(prefix: String, value: JSONValue)]
        let (open, close): (String, String)
        switch self {
        case .array(let values):
            (parts, open, close) = (values.map { ("", $0) }, "[", "]")
        case .object(let members):
            (parts, open, close) = (members.map { (JSONText.string($0.name) + ": ", $0.value) }, "{", "}")
        default: return write(to: &text)
        }
        let line = self.text
        if parts.isEmpty || (line.utf8.count <= 60 && parts.allSatisfy { !$0.value.isNested }) { return text += line }
        text += open
        for (index, part) in parts.enumerated() {
            text += (index > 0 ? ",\n" : "\n") + inner + part.prefix
            part.value.writeIndented(to: &text, indentation: inner)
        }
        text += "\n" + indentation + close
    }

    private var isNested: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value), .encoded(let value): text += value
        case .string(let value): text += JSONText.string(value)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                text += JSONText.string(member.name) + ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    /// Compares the encoded texts.
    public static func == (left: JSONValue, right: JSONValue) -> Bool { left.text == right.text }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByIntegerLiteral
{
    /// Creates a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Creates a Boolean.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// Creates an array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Creates an object; the order of members is kept.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { (name: $0.0, value: $0.1) })
    }
    /// Creates a string, or null if `value` is nil.
    public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
    /// Creates an integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Creates an integer.
    public init(_ value: Int) { self = .integer(Int64(value)) }
}
