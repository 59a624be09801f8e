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
    /// Fields that had a wrong type or an unreadable time.
    public var malformedFields: Int
    /// How many requests the whole list takes, this page's among them; at least so many where ``total`` is unknown.
    public var requests: Int

    /// How many rows there are: what the service says, else those that came.
    public var count: Int64 { total ?? Int64(rows + skippedRecords) }
    /// Whether the page is the whole list.
    public var isWhole: Bool { requests == 1 }
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
        let assembly = ListingAssembly(plan: plan, fold: makeFold())
        let step = try await fetch(plan.first, into: assembly, turn).get()
        var further = 0
        switch step {
        case .fetch(let requests): further = requests.count
        case .refuse(let why): throw APIFailure(.response, why)
        case .shifted: throw APIFailure(.inconsistent, "the first page is empty although there are rows")
        }
        let total = await assembly.plan.total
        let listing = await assembly.finish().listing
        // A page of one row shares none with its neighbour, so such a list is had twice.
        let times = plan.pageSize == 1 && further > 0 ? 2 : 1
        return FirstPage(
            fold: listing.fold, total: total, rows: listing.rows, skippedRecords: listing.skippedRecords,
            malformedFields: listing.malformedFields, requests: (1 + further) * times)
    }
}
