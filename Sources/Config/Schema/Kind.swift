// SPDX-License-Identifier: Apache-2.0
internal import Base

typealias JSONMembers = [(name: String, value: JSONValue)]

/// What a key's value may be: how it is read, and how documents describe it.
struct Kind<Value: Sendable>: Sendable {
    /// What a value looks like, for people.
    let words: String
    /// The same as JSON schema.
    let form: JSONMembers
    /// Makes of a default what documents show; nil: the default has to be told in words.
    var shown: (@Sendable (Value) -> JSONValue)?
    /// Makes the documents of the sections below.
    var sections: @Sendable () -> [SectionDocument] = { [] }
    /// Reads a value; nil, and a problem, if it is wrong. A section is read into the current value where there is one.
    let read: @Sendable (inout SchemaWalker, YAMLNode, _ path: String, _ current: Value?) -> Value?

    /// The kind whose values are made of this one's.
    func map<Other>(_ make: @escaping @Sendable (Value) -> Other) -> Kind<Other> {
        Kind<Other>(words: words, form: form, sections: sections) { walker, node, path, _ in
            read(&walker, node, path, nil).map(make)
        }
    }

    static func section(_ section: Section<Value>) -> Kind {
        // Beside `$ref` draft 7 reads nothing, so that it stands by itself.
        Kind(
            words: "section", form: [("allOf", [reference(section.title)])], sections: { section.documents }
        ) { walker, node, path, current in
            if node.isNull {
                return walker.refuseType(node, path, "must be a mapping", hint: "; write {} for an empty one")
            }
            return walker.section(node, section, path, into: current ?? section.initial)
        }
    }

    /// A list of at least one section. What is wrong is in the list as it stands there, so that indices are the file's.
    static func list<Entry>(of section: Section<Entry>) -> Kind where Value == [Entry] {
        let form: JSONMembers = [("type", "array"), ("minItems", 1), ("items", reference(section.title))]
        return Kind(words: "list", form: form, sections: { section.documents }) { walker, node, path, _ in
            guard case .sequence(let nodes) = node.content else {
                return walker.refuseType(node, path, "must be a list")
            }
            guard !nodes.isEmpty else { return walker.refuse(node, path, "needs at least one entry") }
            return nodes.indices.map {
                walker.section(nodes[$0], section, "\(path)[\($0)]", into: section.initial) ?? section.initial
            }
        }
    }

    /// One of `values`, spelled as `name` says.
    static func choice(of values: [Value], _ name: @escaping @Sendable (Value) -> String) -> Kind {
        let names = values.map(name)
        let allowed = "must be one of \(names.joined(separator: ", "))"
        let form: JSONMembers = orVariable(["enum": .array(names.map { .string($0) })])
        return Kind(
            words: names.map { "`\($0)`" }.joined(separator: ", "), form: form, shown: { .string(name($0)) }
        ) { walker, node, path, _ in
            guard let text = walker.string(node, path, allowed) else { return nil }
            if let index = names.firstIndex(of: text.value) { return values[index] }
            let otherCase = names.first { $0.lowercased() == text.value.lowercased() }
            let meant = text.isVerbatim ? otherCase ?? Suggestion.nearest(to: text.value, among: names) : nil
            let hint = meant.map { "; did you mean \($0)?" } ?? ""
            return walker.refuse(node, path, "\(allowed), not \(Shown.quoted(text.raw))\(hint)")
        }
    }

    static func orVariable(_ form: JSONValue) -> JSONMembers { [("anyOf", [form, reference("variable")])] }

    static func reference(_ title: String) -> JSONValue { ["$ref": .string("#/definitions/\(title)")] }
}

extension Kind<Bool> {
    static var boolean: Kind {
        Kind(words: "`true` or `false`", form: [("type", "boolean")], shown: { .boolean($0) }) {
            walker, node, path, _ in
            if case .scalar(let scalar) = node.content, case .boolean(let value) = scalar.meaning { return value }
            return walker.refuseType(node, path, "must be true or false", isShowing: true)
        }
    }
}

extension Kind<Int> {
    static func integer(in range: ClosedRange<Int>) -> Kind {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        let form: JSONMembers = [
            ("type", "integer"), ("minimum", JSONValue(range.lowerBound)), ("maximum", JSONValue(range.upperBound)),
        ]
        return Kind(words: "whole number, \(bounds)", form: form, shown: { JSONValue($0) }) { walker, node, path, _ in
            let allowed = "must be a whole number from \(bounds)"
            guard case .scalar(let scalar) = node.content, case .integer(let value) = scalar.meaning else {
                return walker.refuseType(node, path, allowed, isShowing: true)
            }
            if let value, range.contains(value) { return value }
            return walker.refuse(node, path, "\(allowed), not \(Shown.clipped(scalar.text))")
        }
    }
}

extension Kind<Double> {
    /// A number that may have a fraction.
    static func number(in range: ClosedRange<Double>) -> Kind {
        let bounds = "\(Int(range.lowerBound)) to \(Int(range.upperBound))"
        let form: JSONMembers = [
            ("type", "number"), ("minimum", .number("\(range.lowerBound)")),
            ("maximum", .number("\(range.upperBound)")),
        ]
        return Kind(words: "number, \(bounds)", form: form, shown: { .number("\($0)") }) { walker, node, path, _ in
            let allowed = "must be a number from \(bounds)"
            guard case .scalar(let scalar) = node.content, scalar.isPlain, let value = decimal(scalar.text) else {
                return walker.refuseType(node, path, allowed, isShowing: true)
            }
            if range.contains(value) { return value }
            return walker.refuse(node, path, "\(allowed), not \(Shown.clipped(scalar.text))")
        }
    }

    /// Digits with a fraction perhaps. `Double` alone would take `nan`, `inf` and `0x1p4` as well.
    private static func decimal(_ text: String) -> Double? {
        let isAllowed: (UInt8) -> Bool = { (0x30...0x39).contains($0) || ".+-eE".utf8.contains($0) }
        guard text.utf8.contains(where: { (0x30...0x39).contains($0) }), text.utf8.allSatisfy(isAllowed) else {
            return nil
        }
        return Double(text)
    }
}

extension Kind<Duration> {
    static func duration(from shortest: Duration, to longest: Duration = Durations.longest) -> Kind {
        let (least, most) = (Durations.format(shortest), Durations.format(longest))
        let form: JSONValue = [
            "type": "string", "minLength": 2, "pattern": .string(Durations.pattern),
            "title": .string("\(least) to \(most)"),
        ]
        return Kind(
            words: "duration, `\(least)` to `\(most)`", form: orVariable(form), shown: { .string(Durations.format($0)) }
        ) { walker, node, path, _ in
            func unitMissing(_ number: String) -> String {
                "must be a duration with a unit, not \(Shown.clipped(number)): write \(Shown.clipped(number))s for seconds"
            }
            if case .scalar(let scalar) = node.content, case .integer = scalar.meaning {
                return walker.refuse(node, path, unitMissing(scalar.text))
            }
            guard let text = walker.string(node, path, "must be a duration") else { return nil }
            guard let value = Durations.parse(text.value) else {
                let isNumber = text.value.utf8.allSatisfy { (0x30...0x39).contains($0) }
                let other = "must be a duration, not \(Shown.quoted(text.raw)): \(Durations.syntax)"
                return walker.refuse(node, path, isNumber && text.isVerbatim ? unitMissing(text.value) : other)
            }
            if (shortest...longest).contains(value) { return value }
            return walker.refuse(
                node, path, "must be a duration from \(least) to \(most), not \(Shown.clipped(text.raw))")
        }
    }
}
