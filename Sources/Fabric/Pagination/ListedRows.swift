// SPDX-License-Identifier: Apache-2.0

/// The rows of a complete listing.
public struct ListedRows<Fold: ListingFold>: Sendable {
    /// What the rows were folded into.
    public var fold: Fold
    /// Distinct rows.
    public var rows: Int
    /// Records without a usable id.
    public var skippedRecords: Int
    /// Fields that had a wrong type or an unreadable time.
    public var malformedFields: Int
}

/// The first page of a list by itself: enough to know whether the list can be read, and how long it is.
public struct FirstPage<Fold: ListingFold>: Sendable {
    /// Its rows.
    public var listed: ListedRows<Fold>
    /// How many rows the service says there are on all pages; nil where it does not say.
    public var total: Int64?
    /// How many requests the whole list takes, this page's among them; at least that many if ``total`` is unknown.
    public var requests: Int
    /// Whether the page seems to be the whole list.
    public var isWhole: Bool

    /// How many rows there are: what the service says, else those that came.
    public var count: Int64 { total ?? Int64(listed.rows + listed.skippedRecords) }
}
