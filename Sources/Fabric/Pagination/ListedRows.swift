// SPDX-License-Identifier: Apache-2.0

/// The rows of a complete listing.
public struct ListedRows<Fold: ListingFold>: Sendable {
    /// The result of folding the rows.
    public var fold: Fold
    /// The number of distinct rows.
    public var rows: Int
    /// The number of records without a usable ID.
    public var skippedRecords: Int
    /// The number of fields with a wrong type or an unreadable time.
    public var malformedFields: Int
}

/// The first page of a list, which shows whether the list can be read and how long it is.
public struct FirstPage<Fold: ListingFold>: Sendable {
    /// The page's rows.
    public var listed: ListedRows<Fold>
    /// The number of rows on all pages according to the service; nil if absent.
    public var total: Int64?
    /// The number of requests for the whole list, including this page's; a lower bound if ``total`` is unknown.
    public var requests: Int
    /// Whether the page appears to contain the whole list.
    public var isWhole: Bool

    /// The number of rows according to the service, or else on this page.
    public var count: Int64 { total ?? Int64(listed.rows + listed.skippedRecords) }
}
