// SPDX-License-Identifier: Apache-2.0

/// Hash functions with the same result in every process, unlike the standard library's `Hasher`.
public enum StableHash {
    /// Returns the 64-bit FNV-1a hash of the UTF-8 bytes of `text`.
    public static func fnv1a(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
