// SPDX-License-Identifier: Apache-2.0

/// Something that takes in the rows of one listing, each once, and keeps only what it makes of them.
public protocol ListingFold: Sendable {
    /// What is listed.
    associatedtype Row

    /// Takes in one row, which may be gone when this returns.
    mutating func add(_ row: Row)
}
