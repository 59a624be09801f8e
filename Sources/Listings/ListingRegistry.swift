// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// The lists that are read of every workspace.
public enum ListingRegistry {
    /// One line each, in the order of the documentation and of the status page.
    public static let all: [any Listing.Type] = [
        EndpointListing.self
    ]

    /// The families of all lists.
    public static var chapters: [Catalogue.Chapter] { all.flatMap { $0.chapters } }
}
