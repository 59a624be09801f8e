// SPDX-License-Identifier: Apache-2.0
internal import Base

enum LabelEscape {
    /// Appends a label value, escaped and with secrets redacted: the API may echo them.
    static func append(_ value: String, to bytes: inout [UInt8]) {
        var value = KnownSecrets.shared.redacting(value)
        value.withUTF8 { text in
            if !text.contains(where: needsEscape) {
                bytes += text
                return
            }
            for byte in text {
                if needsEscape(byte) { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
            }
        }
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
    }
}
