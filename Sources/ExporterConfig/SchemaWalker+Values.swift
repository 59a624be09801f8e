// SPDX-License-Identifier: Apache-2.0

extension SchemaWalker {
    /// Checks one value by its kind.
    mutating func value(_ node: YAMLNode, _ kind: SchemaKind, at place: Place) -> CheckedValue.Content {
        switch kind {
        case .section(let schema):
            if node.isNull {
                return refuse(node, place.path, "must be a mapping", hint: "; write {} for an empty one")
            }
            return section(node, schema, at: place).map(CheckedValue.Content.section) ?? .broken
        case .list(let schema): return list(node, schema, at: place)
        case .integer(_, let range): return integer(node, range, place.path)
        case .number(_, let range): return number(node, range, place.path)
        case .boolean:
            if case .scalar(let scalar) = node.content, case .boolean(let value) = scalar.meaning {
                return .boolean(value)
            }
            return refuse(node, place.path, "must be true or false", isShowing: true)
        case .duration(_, let range): return duration(node, range, place.path)
        case .choice(_, let values): return choice(node, values, place.path)
        case .text(let rule): return text(node, rule, place.path)
        case .secret(let rule): return secret(node, rule, place.path)
        case .secretFile(let rule): return secretFile(node, rule, place.path)
        case .file: return plainFile(node, place.path)
        case .texts(let allowed): return texts(node, allowed, at: place)
        case .passwords: return passwords(node, at: place)
        case .anything: return .broken
        }
    }

    private mutating func list(_ node: YAMLNode, _ schema: SchemaSection, at place: Place) -> CheckedValue.Content {
        guard case .sequence(let nodes) = node.content else { return refuse(node, place.path, "must be a list") }
        guard !nodes.isEmpty else {
            log.report(node.mark, place.path, "needs at least one entry")
            return .broken
        }
        return .list(nodes.indices.compactMap { section(nodes[$0], schema, at: place.entry($0)) })
    }

    private mutating func integer(
        _ node: YAMLNode,
        _ range: ClosedRange<Int>,
        _ path: String
    ) -> CheckedValue.Content {
        let allowed = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .scalar(let scalar) = node.content, case .integer(let value) = scalar.meaning else {
            return refuse(node, path, allowed, isShowing: true)
        }
        guard let value, range.contains(value) else {
            log.report(node.mark, path, "\(allowed), not \(Shown.quoted(scalar.text).dropFirst().dropLast())")
            return .broken
        }
        return .integer(value)
    }

    private mutating func number(
        _ node: YAMLNode,
        _ range: ClosedRange<Double>,
        _ path: String
    ) -> CheckedValue.Content {
        let allowed = "must be a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
        guard case .scalar(let scalar) = node.content, scalar.isPlain, let value = Self.decimal(scalar.text) else {
            return refuse(node, path, allowed, isShowing: true)
        }
        guard range.contains(value) else {
            log.report(node.mark, path, "\(allowed), not \(Shown.quoted(scalar.text).dropFirst().dropLast())")
            return .broken
        }
        return .number(value)
    }

    /// Digits with a fraction perhaps. `Double` alone would take `nan`, `inf` and `0x1p4` as well.
    private static func decimal(_ text: String) -> Double? {
        let isAllowed: (UInt8) -> Bool = { (0x30...0x39).contains($0) || ".+-eE".utf8.contains($0) }
        guard text.utf8.contains(where: { (0x30...0x39).contains($0) }), text.utf8.allSatisfy(isAllowed) else {
            return nil
        }
        return Double(text)
    }

    private mutating func duration(
        _ node: YAMLNode,
        _ range: ClosedRange<Duration>,
        _ path: String
    ) -> CheckedValue.Content {
        let allowed = "must be a duration"
        if case .scalar(let scalar) = node.content, case .integer = scalar.meaning {
            log.report(node.mark, path, Self.unitMissing(scalar.text))
            return .broken
        }
        guard let string = string(node, path, allowed) else { return .broken }
        guard let value = Durations.parse(string.value) else {
            let isNumber = !string.value.isEmpty && string.value.utf8.allSatisfy { (0x30...0x39).contains($0) }
            let other = "\(allowed), not \(Shown.quoted(string.raw)): \(Durations.syntax)"
            log.report(node.mark, path, isNumber && string.isVerbatim ? Self.unitMissing(string.value) : other)
            return .broken
        }
        guard range.contains(value) else {
            let bounds = "\(Durations.format(range.lowerBound)) to \(Durations.format(range.upperBound))"
            log.report(
                node.mark, path, "\(allowed) from \(bounds), not \(Shown.quoted(string.raw).dropFirst().dropLast())")
            return .broken
        }
        return .duration(value)
    }

    private static func unitMissing(_ number: String) -> String {
        let shown = Shown.quoted(number).dropFirst().dropLast()
        return "must be a duration with a unit, not \(shown): write \(shown)s for seconds"
    }

    private mutating func choice(_ node: YAMLNode, _ values: [String], _ path: String) -> CheckedValue.Content {
        let allowed = "must be one of \(values.joined(separator: ", "))"
        guard let string = string(node, path, allowed) else { return .broken }
        guard values.contains(string.value) else {
            let isVerbatim = string.isVerbatim
            let upper = values.first { $0.lowercased() == string.value.lowercased() }
            let meant = isVerbatim ? upper ?? Suggestion.nearest(to: string.value, among: values) : nil
            let hint = meant.map { "; did you mean \($0)?" } ?? ""
            log.report(node.mark, path, "\(allowed), not \(Shown.quoted(string.raw))\(hint)")
            return .broken
        }
        return .text(string.value)
    }

    /// Reports a value of the wrong type.
    ///
    /// - Parameter isShowing: whether a string may be quoted; only for kinds in whose place nobody writes a secret.
    @discardableResult
    mutating func refuse(
        _ node: YAMLNode,
        _ path: String,
        _ allowed: String,
        hint: String = "",
        isShowing: Bool = false
    ) -> CheckedValue.Content {
        guard !node.isBroken else { return .broken }
        var found = node.typeName
        if isShowing, case .scalar(let scalar) = node.content, scalar.meaning == .string {
            found = "the string \(Shown.quoted(scalar.text))"
        }
        log.report(node.mark, path, "\(allowed), not \(found)\(hint)")
        return .broken
    }
}

extension YAMLNode {
    var isBroken: Bool {
        if case .broken = content { true } else { false }
    }

    var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.meaning == .null } else { false }
    }

    /// What the node is, for people.
    var typeName: String {
        switch content {
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .broken: return "unreadable"
        case .scalar(let scalar):
            switch scalar.meaning {
            case .null: return "null"
            case .boolean: return "a boolean"
            case .integer: return "a number"
            case .string: return "a string"
            }
        }
    }
}
