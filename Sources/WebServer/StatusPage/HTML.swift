// SPDX-License-Identifier: Apache-2.0
internal import Base

/// HTML markup. Literals are used verbatim; interpolated strings are redacted and escaped, so that untrusted text can
/// neither become markup nor reveal a secret.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    init(_ parts: [HTML], separator: String = "") { text = parts.map(\.text).joined(separator: separator) }

    static let empty: HTML = ""

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: String) {
            HTML.escape(KnownSecrets.shared.redacting(value), to: &text)
        }
        /// Interpolates text sent by the client, escaped but not redacted: redaction would confirm a guessed secret.
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
            // Control characters aren't allowed in HTML; directional overrides could reorder the text next to a name.
            case "\u{0}"..."\u{8}", "\u{B}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{61C}", "\u{200E}"..."\u{200F}",
                "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Optional {
    /// Returns the markup of the value, or empty markup for nil.
    func html(_ body: (Wrapped) -> HTML) -> HTML { map(body) ?? .empty }
}
