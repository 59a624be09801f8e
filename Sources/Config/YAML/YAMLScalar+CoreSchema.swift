// SPDX-License-Identifier: Apache-2.0

extension YAMLScalar {
    /// The type of a scalar by YAML 1.2's core schema. Floats stay strings, because hexadecimal ids can look like
    /// `12e4`; keys with fractions parse them.
    enum Meaning: Equatable {
        case null
        case boolean(Bool)
        /// Nil for an integer beyond 64 bits.
        case integer(Int?)
        case string
    }

    var meaning: Meaning {
        guard isPlain else { return .string }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: break
        }
        if text.hasPrefix("0x") { return integer(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return integer(text.dropFirst(2), radix: 8) }
        return integer(text.first == "+" || text.first == "-" ? text.dropFirst() : text[...], radix: 10)
    }

    private func integer(_ digits: Substring, radix: Int) -> Meaning {
        let isDigit: (UInt8) -> Bool = { byte in
            switch byte {
            case 0x30...0x39: Int(byte - 0x30) < radix
            case 0x41...0x46, 0x61...0x66: radix == 16
            default: false
            }
        }
        guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else { return .string }
        return .integer(radix == 10 ? Int(text) : Int(digits, radix: radix))
    }
}
