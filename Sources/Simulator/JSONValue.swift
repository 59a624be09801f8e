// SPDX-License-Identifier: Apache-2.0

/// A JSON value. The simulator has its own JSON code, so that errors in the exporter's code are not hidden by the same
/// errors here.
public indirect enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// An integer.
    case int(Int)
    /// A string, escaped when written.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object; members are written in this order, duplicates included.
    case object([(String, JSONValue)])
    /// Text that is written unchanged, valid JSON or not.
    case raw(String)

    /// The compact text.
    public var text: String {
        String(decoding: utf8, as: UTF8.self)
    }

    /// The compact text as UTF-8.
    public var utf8: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    private func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .int(let value): bytes += String(value).utf8
        case .raw(let text): bytes += text.utf8
        case .string(let text): Self.append(string: text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, (name, value)) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(string: name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func append(string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\r"): bytes += "\\r".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                bytes += ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Sets `value` at the dotted `path` of an object and creates intermediate objects. An existing member keeps its
    /// position.
    mutating func set(_ path: Substring, to value: JSONValue) {
        let name = path.prefix { $0 != "." }
        let rest = path.dropFirst(name.count + 1)
        var members: [(String, JSONValue)] = []
        if case .object(let present) = self { members = present }
        let index =
            members.firstIndex { $0.0 == name }
            ?? {
                members.append((String(name), .null))
                return members.count - 1
            }()
        if rest.isEmpty {
            members[index].1 = value
        } else {
            members[index].1.set(rest, to: value)
        }
        self = .object(members)
    }

    /// Returns the nested member at `names`; nil if there is none.
    public subscript(_ names: String...) -> JSONValue? {
        var value = self
        for name in names {
            guard case .object(let members) = value, let next = members.first(where: { $0.0 == name }) else {
                return nil
            }
            value = next.1
        }
        return value
    }

    /// The text of a string; nil for other values.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The value of an integer; nil for other values.
    public var number: Int? { if case .int(let number) = self { number } else { nil } }

    /// Compares the compact texts.
    public static func == (left: JSONValue, right: JSONValue) -> Bool { left.utf8 == right.utf8 }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object with members in this order, without those that are nil.
    public init(dictionaryLiteral elements: (String, JSONValue?)...) {
        self = .object(elements.compactMap { name, value in value.map { (name, $0) } })
    }
}
