// SPDX-License-Identifier: Apache-2.0

/// A member of an object that is sent, left out, or sent as `null`.
public enum Field<Value: Sendable>: Sendable {
    /// The member is left out.
    case absent
    /// The member is sent as `null`.
    case null
    /// The member is sent with this value.
    case value(Value)

    /// The value, nil where there is none.
    public var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}

extension Field: Equatable where Value: Equatable {}

extension Field: ExpressibleByUnicodeScalarLiteral where Value == String {
    /// A value.
    public init(unicodeScalarLiteral value: String) { self = .value(value) }
}

extension Field: ExpressibleByExtendedGraphemeClusterLiteral where Value == String {
    /// A value.
    public init(extendedGraphemeClusterLiteral value: String) { self = .value(value) }
}

extension Field: ExpressibleByStringLiteral where Value == String {
    /// A value.
    public init(stringLiteral value: String) { self = .value(value) }
}

extension Field: ExpressibleByIntegerLiteral where Value == Int {
    /// A value.
    public init(integerLiteral value: Int) { self = .value(value) }
}

extension Field: ExpressibleByBooleanLiteral where Value == Bool {
    /// A value.
    public init(booleanLiteral value: Bool) { self = .value(value) }
}

/// Collects the members of an object in the order of the API's page.
struct ObjectBuilder {
    private(set) var members: [(String, JSONValue)] = []

    var json: JSONValue { .object(members) }

    mutating func add<Value>(_ name: String, _ field: Field<Value>, _ encode: (Value) -> JSONValue) {
        switch field {
        case .absent: break
        case .null: members.append((name, .null))
        case .value(let value): members.append((name, encode(value)))
        }
    }

    mutating func add(_ name: String, _ field: Field<String>) { add(name, field, JSONValue.string) }

    mutating func add(_ name: String, _ field: Field<Int>) { add(name, field, JSONValue.int) }

    mutating func add(_ name: String, _ field: Field<Bool>) { add(name, field, JSONValue.bool) }
}
