// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// Comparing what an attacker may guess.
public enum ConstantTime {
    /// Whether both are the same bytes, found in time that depends on the lengths alone.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}

/// Digests as text.
public enum Hexadecimal {
    /// Two lower-case digits for each of `bytes`.
    public static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
