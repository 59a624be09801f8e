// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// The listings of every workspace.
public enum ListingRegistry {
    /// The types, in the order of the documentation and of the status page.
    public static let all: [any Listing.Type] = [
        EndpointListing.self
    ]

    /// The metric families of all listings.
    public static var familyGroups: [FamilyGroup] { all.flatMap { $0.familyGroups } }
}
