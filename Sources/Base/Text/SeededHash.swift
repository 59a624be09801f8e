// SPDX-License-Identifier: Apache-2.0

/// A hash of a few instructions for tables with a lookup for every row of a listing. `Hasher` takes about 150 of them for a
/// key, and a row has eight keys.
///
/// The seed is random, so that an attacker cannot choose keys with equal hashes.
public enum SeededHash {
    private static let seed = UInt64.random(in: 0 ... .max) | 1

    /// The hash of two words.
    public static func hash(_ first: UInt64, _ second: UInt64) -> Int {
        let seed = seed
        return Int(truncatingIfNeeded: mix(mix(first, 0, seed), second, seed))
    }

    /// The hash of bytes.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        let seed = seed
        var hash = UInt64(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = mix(hash, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), seed)
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return Int(truncatingIfNeeded: mix(hash, rest, seed))
    }

    @inline(__always)
    private static func mix(_ left: UInt64, _ right: UInt64, _ seed: UInt64) -> UInt64 {
        let product = (left ^ right).multipliedFullWidth(by: seed)
        return product.high ^ product.low
    }
}
