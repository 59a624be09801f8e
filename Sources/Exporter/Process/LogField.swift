// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Logging

/// The value of a log field. JSON lines carry numbers and booleans as such; logfmt writes all values as text.
enum LogField: Equatable, ExpressibleByStringLiteral {
    case text(String)
    /// A number or boolean in JSON notation.
    case number(String)

    init(stringLiteral value: String) { self = .text(value) }

    /// Converts a metadata value. Integers, finite floating-point numbers and booleans in `.stringConvertible` become
    /// numbers; everything else becomes text.
    init(_ value: Logger.MetadataValue) {
        guard case .stringConvertible(let value) = value else {
            self = .text("\(value)")
            return
        }
        switch value {
        case let value as Double where !value.isFinite: self = .text("\(value)")
        case is any BinaryInteger, is Double, is Bool: self = .number("\(value)")
        default: self = .text("\(value)")
        }
    }

    /// The text without known secrets. Numbers are not redacted: a secret is text.
    var redactedText: String {
        switch self {
        case .text(let text): KnownSecrets.shared.redacting(text)
        case .number(let text): text
        }
    }
}
