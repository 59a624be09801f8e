// SPDX-License-Identifier: Apache-2.0

/// Hashes that stay the same: the standard library's differ from one process to the next.
public enum StableHash {
    /// FNV-1a, 64 bits, over the UTF-8 of `text`.
    public static func fnv1a(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
