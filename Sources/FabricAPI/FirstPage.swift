// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// The first page of a list by itself: enough to know whether the list can be had, and how long it is.
public struct FirstPage<Fold: ListingFold>: Sendable {
    /// What the page's rows were folded into.
    public var fold: Fold
    /// How many rows the service says there are on all pages; nil where it does not say.
    public var total: Int64?
    /// Distinct rows of the page.
    public var rows: Int
    /// Its records without a usable id.
    public var skippedRecords: Int
    /// Fields that had a wrong type, and times that are unreadable or implausible.
    public var malformedFields: Int
    /// How many requests the whole list takes, this page's among them; at least that many if ``total`` is unknown.
    public var requests: Int
    /// Whether the page seems to be the whole list.
    public var isWhole: Bool

    /// How many rows there are: what the service says, else those that came.
    public var count: Int64 { total ?? Int64(rows + skippedRecords) }
}

extension EndpointLister {
    /// Asks for the first page alone.
    public func firstPage<Fold: EndpointFold>(
        makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> FirstPage<Fold> {
        try await rowLister.firstPage(turn(), makeFold: makeFold)
    }
}

extension WorkspaceLister {
    /// Asks for the first page alone.
    /// - Returns: its workspaces ordered by id, and how many there are in all.
    public func firstPage() async throws(APIFailure) -> (workspaces: [DiscoveredWorkspace], total: Int64) {
        let page = try await lister.firstPage(turn()) { Rows() }
        return (page.fold.workspaces.sorted { $0.id < $1.id }, page.count)
    }
}

extension RowLister {
    fileprivate func firstPage<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> FirstPage<Fold> where Fold.Row: ListedRow {
        let assembly = ListingAssembly(plan: plan, fold: makeFold(), now: client.wallTime)
        switch try await fetch(plan.first, into: assembly, turn).get() {
        case .fetch: break
        case .refuse(let why): throw APIFailure(.response, why)
        case .end(let why): throw APIFailure(.inconsistent, why)
        }
        let attempt = await assembly.finish()
        let (listing, plan) = (attempt.listing, attempt.plan)
        return FirstPage(
            fold: listing.fold, total: plan.total, rows: listing.rows, skippedRecords: listing.skippedRecords,
            malformedFields: listing.malformedFields, requests: plan.expectedRequests, isWhole: plan.isFirstPageWhole)
    }
}
