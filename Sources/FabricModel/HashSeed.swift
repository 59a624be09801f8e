// SPDX-License-Identifier: Apache-2.0

/// Hashes pairs of numbers for tables that are looked at for every row. Random, so that nobody outside can choose keys that
/// share a place. A table keeps one: what is static is asked for through a lock.
@frozen
public struct HashSeed: Sendable {
    @usableFromInline let first: UInt64
    @usableFromInline let second: UInt64

    /// That of this process.
    public static let ofProcess = HashSeed()

    private init() {
        first = .random(in: 1 ... .max)
        second = .random(in: 1 ... .max)
    }

    /// A number that equal pairs have in common; others hardly ever.
    @inlinable
    public func hash(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = (left ^ first).multipliedFullWidth(by: right ^ second)
        return product.high ^ product.low
    }
}
