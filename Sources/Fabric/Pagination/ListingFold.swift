// SPDX-License-Identifier: Apache-2.0

/// Aggregates the rows of one listing. Each row is added once and not kept.
public protocol ListingFold: Sendable {
    /// The type of the rows.
    associatedtype Row

    /// The version of the API that the rows come from. Default: the first.
    var api: APIVersion { get }

    /// Adds one row, which is valid only until this returns.
    mutating func add(_ row: Row)
}

extension ListingFold {
    /// See ``ListingFold/api``.
    public var api: APIVersion { .v1 }
}
