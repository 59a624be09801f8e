// SPDX-License-Identifier: Apache-2.0

/// JSON, written. Foundation's encoder would bring Foundation with it; what is written here is small and flat.
public enum JSONText {
    /// `value` as a JSON string. Characters that cannot be seen or change how others are shown (see
    /// ``isHidden(_:)``) are escaped, so that nothing that came from elsewhere begins a line of its own or rearranges
    /// one.
    public static func string(_ value: String) -> String {
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

    /// Whether `scalar` is a control, a bidirectional control, invisible, or separates lines or paragraphs. Variation
    /// selectors are not: emoji have them.
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

/// A JSON value that is to be written.
public indirect enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A whole number.
    case integer(Int64)
    /// A number as it is to be spelled; for fractions, whose digits are the caller's to choose.
    case number(String)
    /// A string, not escaped.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object; members in the order given.
    case object([(name: String, value: JSONValue)])

    /// The value in one line.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// The value with a line for each member, for files that people read too; what is short and holds nothing nested
    /// stays in its line.
    public var indentedText: String {
        var text = ""
        writeIndented(to: &text, indentation: "")
        return text
    }

    /// The value with `transform` applied to every string in it; names of members stay as they are.
    public func mapStrings(_ transform: (String) -> String) -> JSONValue {
        switch self {
        case .string(let value): .string(transform(value))
        case .array(let values): .array(values.map { $0.mapStrings(transform) })
        case .object(let members): .object(members.map { ($0.name, $0.value.mapStrings(transform)) })
        case .null, .boolean, .integer, .number: self
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
        case .number(let value): text += value
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

    /// Equal when written alike.
    public static func == (left: JSONValue, right: JSONValue) -> Bool { left.text == right.text }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByIntegerLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object; members in the order written.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { (name: $0.0, value: $0.1) })
    }
    /// A string, or null where there is none.
    public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A whole number.
    public init(_ value: Int) { self = .integer(Int64(value)) }
}
