// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Text that is safe to print to standard output and standard error.
public enum TerminalText {
    /// Returns `text` without secrets, with replacement characters for control and bidirectional characters, including
    /// line feeds: names come from users.
    static func printable(_ text: String) -> String {
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
}
