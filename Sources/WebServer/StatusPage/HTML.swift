// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Markup whose literals are taken as they are and whose interpolated texts are redacted and escaped, so that nothing that
/// came from elsewhere can become markup or show a secret: to write a text unescaped takes another type.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    init(_ parts: [HTML], separator: String = "") { text = parts.map(\.text).joined(separator: separator) }

    static let nothing: HTML = ""

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: String) {
            HTML.escape(KnownSecrets.shared.redacting(value), to: &text)
        }
        /// A text that the client sent itself. It is not redacted: the response would tell a client that guesses
        /// which guess is a secret.
        mutating func appendInterpolation(echo value: String) { HTML.escape(value, to: &text) }
        mutating func appendInterpolation(_ value: Int) { text += String(value) }
        mutating func appendInterpolation(_ value: HTML) { text += value.text }
        mutating func appendInterpolation(_ values: [HTML]) { for value in values { text += value.text } }
    }

    private static func escape(_ value: String, to text: inout String) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            // Not allowed in HTML, and directional overrides would let a name rearrange what stands beside it.
            case "\u{0}"..."\u{8}", "\u{B}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{61C}", "\u{200E}"..."\u{200F}",
                "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Optional {
    /// The markup of the value, or nothing.
    func html(_ body: (Wrapped) -> HTML) -> HTML { map(body) ?? .nothing }
}
