// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// A complete listing.
public struct Listing<Fold: ListingFold>: Sendable {
    /// What the rows were folded into.
    public var fold: Fold
    /// Distinct rows.
    public var rows: Int
    /// Records without a usable id.
    public var skippedRecords: Int
    /// Fields that had a wrong type or an unreadable time.
    public var malformedFields: Int
}

/// A listing that ended, well or badly.
public struct ListingOutcome<Fold: ListingFold>: Sendable {
    /// The listing, or why there is none.
    public var result: Result<Listing<Fold>, APIFailure>
    /// How often it was begun again because pages shifted.
    public var relists: Int

    /// An outcome of these parts.
    public init(result: Result<Listing<Fold>, APIFailure>, relists: Int) {
        self.result = result
        self.relists = relists
    }
}

extension Listing where Fold: EndpointFold {
    /// Distinct endpoints.
    public var endpoints: Int { rows }
}
