// SPDX-License-Identifier: Apache-2.0

/// A token, key or password. It cannot be printed, interpolated, mirrored or encoded: each of those gives
/// `<REDACTED>`. Its bytes come out only through ``withExposedValue(_:)``, so that a search for that name finds every
/// place where a secret leaves this type.
public struct Secret: Sendable {
    private let value: String

    /// Wraps `value`, which is kept as it is.
    public init(_ value: String) { self.value = value }

    /// Hands the plain value to `body`. Callers must not let it reach a log, a page, a metric or an error.
    public func withExposedValue<Result>(_ body: (String) throws -> Result) rethrows -> Result { try body(value) }

    /// Whether the secret has no characters at all.
    public var isEmpty: Bool { value.isEmpty }

    /// Replaces every occurrence of the secret in `text` with `<REDACTED>`; for messages that may echo it, as it is or as
    /// JSON spells it. So is what begins like the secret and goes on so for 16 bytes at least: services cut what they echo.
    public func redacting(_ text: String) -> String {
        let (secret, text) = (Array(value.utf8), Array(text.utf8))
        // A secret of a few characters would match half of any text and say nothing about a leak.
        guard secret.count >= 4 else { return String(decoding: text, as: UTF8.self) }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let found = SecretEcho.longest(of: secret, in: text[position...])
            if found.secretBytes >= min(secret.count, Self.tellingLength) {
                result += "<REDACTED>".utf8
                position += found.textBytes
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let tellingLength = 16
}

extension Secret: Equatable {
    /// Compares in time that depends on the lengths alone, not on where the values first differ.
    public static func == (left: Secret, right: Secret) -> Bool {
        let (first, second) = (Array(left.value.utf8), Array(right.value.utf8))
        guard first.count == second.count else { return false }
        var difference: UInt8 = 0
        for index in first.indices { difference |= first[index] ^ second[index] }
        return difference == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<REDACTED>`, always.
    public var description: String { "<REDACTED>" }
    /// `<REDACTED>`, always.
    public var debugDescription: String { "<REDACTED>" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
