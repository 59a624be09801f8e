// SPDX-License-Identifier: Apache-2.0

/// Text that is safe to print to standard output and standard error.
public enum TerminalText {
    /// Returns `text` without secrets, with replacement characters for control and bidirectional characters, including
    /// line feeds: names come from users.
    public static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in KnownSecrets.shared.redacting(text).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalars.append("\u{FFFD}")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// Returns the bytes of printable `lines`, each with a line feed. Line feeds within a line are kept.
    public static func bytes(_ lines: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines.flatMap({ $0.split(separator: "\n", omittingEmptySubsequences: false) }) {
            bytes += printable(String(line)).utf8
            bytes.append(0x0A)
        }
        return bytes
    }

    /// Returns the number of terminal columns of a text; Chinese characters take two.
    public static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20...0x7E: 1
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
        }
    }

    /// Returns `text` if it fits into `columns`, else its beginning and `…`.
    public static func truncated(_ text: String, to columns: Int) -> String {
        guard width(text) > columns else { return text }
        return String(prefix(of: text.unicodeScalars[...], columns: columns - 1)) + "…"
    }

    /// Returns the lines of `text`, broken at spaces so that each fits into `columns`. A word that is longer than a line
    /// is broken anywhere, as Chinese text is.
    /// - Parameter columns: nil for one line.
    public static func wrapped(_ text: String, to columns: Int?) -> [String] {
        guard let columns, width(text) > columns else { return [text] }
        var lines: [String] = []
        var rest = text.unicodeScalars[...]
        while true {
            let line = prefix(of: rest, columns: max(2, columns))
            if line.endIndex == rest.endIndex { return lines + [String(line)] }
            let end = rest[line.endIndex] == " " ? line.endIndex : line.lastIndex(of: " ") ?? line.endIndex
            lines.append(String(rest[..<end]))
            rest = rest[end...].drop { $0 == " " }
            if rest.isEmpty { return lines }
        }
    }

    /// Returns the longest prefix of `text` that fits into `columns`.
    private static func prefix(of text: Substring.UnicodeScalarView, columns: Int) -> Substring.UnicodeScalarView {
        var left = columns
        return text.prefix { scalar in
            left -= width(scalar)
            return left >= 0
        }
    }
}
