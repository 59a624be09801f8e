// SPDX-License-Identifier: Apache-2.0
internal import Base

enum LabelEscape {
    /// Appends a label's value, escaped and without the secrets that the API may have put there.
    static func append(_ value: String, to bytes: inout [UInt8]) {
        var value = KnownSecrets.shared.redacting(value)
        value.withUTF8 { text in
            if !text.contains(where: isNeeded) {
                bytes += text
                return
            }
            for byte in text {
                if isNeeded(byte) { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
            }
        }
    }

    private static func isNeeded(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
    }
}
