// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// The listings of every workspace.
public enum ListingRegistry {
    /// The types, in the order of the documentation and of the status page.
    public static let all: [any Listing.Type] = [
        EndpointListing.self, ServiceInstanceListing.self, JobRunListing.self, PoolListing.self,
    ]

    /// Returns the position of a listing in ``all``; that of a new last element for another name.
    public static func position(of name: String) -> Int { all.firstIndex { $0.name == name } ?? all.count }

    /// Returns whether a listing is optional; false for a name that is not in ``all``.
    public static func isOptional(_ name: String) -> Bool { all.first { $0.name == name }?.isOptional ?? false }

    /// Returns whether a listing reads its records; true for a name that is not in ``all``.
    public static func hasRecords(_ name: String) -> Bool { all.first { $0.name == name }?.hasRecords ?? true }

    /// The metric families of all listings.
    public static var familyGroups: [FamilyGroup] { all.flatMap { $0.familyGroups } }
}
