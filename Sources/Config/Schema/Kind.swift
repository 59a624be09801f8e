// SPDX-License-Identifier: Apache-2.0
internal import Base

typealias JSONMembers = [(name: String, value: JSONValue)]

/// The type of a key's value: how it is read, and how the documentation and the JSON schema describe it.
struct Kind<Value: Sendable>: Sendable {
    /// The description in the documentation.
    let typeDescription: String
    /// The members of its JSON schema.
    let schema: JSONMembers
    /// Converts a default value for the documentation; nil if defaults have no notation of their own.
    var documentedValue: (@Sendable (Value) -> JSONValue)?
    /// Returns the documentation of nested sections.
    var sections: @Sendable () -> [SectionDocument] = { [] }
    /// Reads a value; reports an error and returns nil if it is invalid. A section is read into the current value, if
    /// any.
    let read: @Sendable (inout SchemaWalker, YAMLNode, _ path: String, _ current: Value?) -> Value?

    /// Returns a kind that converts this kind's values.
    func map<Other>(_ make: @escaping @Sendable (Value) -> Other) -> Kind<Other> {
        Kind<Other>(typeDescription: typeDescription, schema: schema, sections: sections) { walker, node, path, _ in
            read(&walker, node, path, nil).map(make)
        }
    }

    static func section(_ section: Section<Value>) -> Kind {
        // Draft 7 ignores all other members beside `$ref`, so it is wrapped in `allOf`.
        Kind(
            typeDescription: "section", schema: [("allOf", [reference(section.title)])], sections: { section.documents }
        ) { walker, node, path, current in
            if node.isNull {
                return walker.rejectType(node, path, "must be a mapping", hint: "; write {} for an empty one")
            }
            return walker.section(node, section, path, into: current ?? section.initial)
        }
    }

    /// A non-empty list of sections. Invalid entries keep their place, so that indices match the file.
    static func list<Entry>(of section: Section<Entry>) -> Kind where Value == [Entry] {
        let schema: JSONMembers = [("type", "array"), ("minItems", 1), ("items", reference(section.title))]
        return Kind(typeDescription: "list", schema: schema, sections: { section.documents }) { walker, node, path, _ in
            guard case .sequence(let nodes) = node.content else {
                return walker.rejectType(node, path, "must be a list")
            }
            guard !nodes.isEmpty else { return walker.reject(node, path, "must have at least one entry") }
            return nodes.indices.map {
                walker.section(nodes[$0], section, "\(path)[\($0)]", into: section.initial) ?? section.initial
            }
        }
    }

    /// One of `values`, written as `name` returns.
    static func choice(of values: [Value], _ name: @escaping @Sendable (Value) -> String) -> Kind {
        let names = values.map(name)
        let allowed = "must be one of \(names.joined(separator: ", "))"
        let schema: JSONMembers = orVariable(["enum": .array(names.map { .string($0) })])
        return Kind(
            typeDescription: names.map { "`\($0)`" }.joined(separator: ", "), schema: schema,
            documentedValue: { .string(name($0)) }
        ) { walker, node, path, _ in
            guard let text = walker.string(node, path, allowed) else { return nil }
            if let index = names.firstIndex(of: text.value) { return values[index] }
            let otherCase = names.first { $0.lowercased() == text.value.lowercased() }
            let meant = text.isVerbatim ? otherCase ?? Suggestion.nearest(to: text.value, among: names) : nil
            let hint = meant.map { "; did you mean \($0)?" } ?? ""
            return walker.reject(node, path, "\(allowed), not \(MessageText.quoted(text.raw))\(hint)")
        }
    }

    static func orVariable(_ schema: JSONValue) -> JSONMembers { [("anyOf", [schema, reference("variable")])] }

    static func reference(_ title: String) -> JSONValue { ["$ref": .string("#/definitions/\(title)")] }
}

extension Kind<Bool> {
    static var boolean: Kind {
        Kind(typeDescription: "`true` or `false`", schema: [("type", "boolean")], documentedValue: { .boolean($0) }) {
            walker, node, path, _ in
            if case .scalar(let scalar) = node.content, case .boolean(let value) = scalar.meaning { return value }
            return walker.rejectType(node, path, "must be true or false", quotesStrings: true)
        }
    }
}

extension Kind<Int> {
    static func integer(in range: ClosedRange<Int>) -> Kind {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        let schema: JSONMembers = [
            ("type", "integer"), ("minimum", JSONValue(range.lowerBound)), ("maximum", JSONValue(range.upperBound)),
        ]
        return Kind(typeDescription: "whole number, \(bounds)", schema: schema, documentedValue: { JSONValue($0) }) {
            walker, node, path, _ in
            let allowed = "must be a whole number from \(bounds)"
            guard case .scalar(let scalar) = node.content, case .integer(let value) = scalar.meaning else {
                return walker.rejectType(node, path, allowed, quotesStrings: true)
            }
            if let value, range.contains(value) { return value }
            return walker.reject(node, path, "\(allowed), not \(MessageText.clipped(scalar.text))")
        }
    }
}

extension Kind<Double> {
    /// A decimal number.
    static func number(in range: ClosedRange<Double>) -> Kind {
        let bounds = "\(Int(range.lowerBound)) to \(Int(range.upperBound))"
        let schema: JSONMembers = [
            ("type", "number"), ("minimum", .number("\(range.lowerBound)")),
            ("maximum", .number("\(range.upperBound)")),
        ]
        return Kind(typeDescription: "number, \(bounds)", schema: schema, documentedValue: { .number("\($0)") }) {
            walker, node, path, _ in
            let allowed = "must be a number from \(bounds)"
            guard case .scalar(let scalar) = node.content, scalar.isPlain, let value = decimal(scalar.text) else {
                return walker.rejectType(node, path, allowed, quotesStrings: true)
            }
            if range.contains(value) { return value }
            return walker.reject(node, path, "\(allowed), not \(MessageText.clipped(scalar.text))")
        }
    }

    /// Parses a decimal number. `Double` alone would also accept `nan`, `inf` and `0x1p4`.
    private static func decimal(_ text: String) -> Double? {
        let isAllowed: (UInt8) -> Bool = { (0x30...0x39).contains($0) || ".+-eE".utf8.contains($0) }
        guard text.utf8.contains(where: { (0x30...0x39).contains($0) }), text.utf8.allSatisfy(isAllowed) else {
            return nil
        }
        return Double(text)
    }
}

extension Kind<Duration> {
    static func duration(from shortest: Duration, to longest: Duration = Durations.maximum) -> Kind {
        let (minimum, maximum) = (Durations.format(shortest), Durations.format(longest))
        let schema: JSONValue = [
            "type": "string", "minLength": 2, "pattern": .string(Durations.pattern),
            "title": .string("\(minimum) to \(maximum)"),
        ]
        return Kind(
            typeDescription: "duration, `\(minimum)` to `\(maximum)`", schema: orVariable(schema),
            documentedValue: { .string(Durations.format($0)) }
        ) { walker, node, path, _ in
            func unitMissing(_ number: String) -> String {
                "must be a duration with a unit, not \(MessageText.clipped(number)); "
                    + "write \(MessageText.clipped(number))s for seconds"
            }
            if case .scalar(let scalar) = node.content, case .integer = scalar.meaning {
                return walker.reject(node, path, unitMissing(scalar.text))
            }
            guard let text = walker.string(node, path, "must be a duration") else { return nil }
            guard let value = Durations.parse(text.value) else {
                let isNumber = text.value.utf8.allSatisfy { (0x30...0x39).contains($0) }
                let other = "must be a duration, not \(MessageText.quoted(text.raw)); write \(Durations.syntax)"
                return walker.reject(node, path, isNumber && text.isVerbatim ? unitMissing(text.value) : other)
            }
            if (shortest...longest).contains(value) { return value }
            return walker.reject(
                node, path, "must be a duration from \(minimum) to \(maximum), not \(MessageText.clipped(text.raw))")
        }
    }
}
