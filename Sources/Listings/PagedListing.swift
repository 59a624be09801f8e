// SPDX-License-Identifier: Apache-2.0
public import Base
internal import Exposition
public import Fabric

/// A list that comes in pages of rows. Paging, retries, completeness and `check` are the same for all of them; one says only what
/// to ask for, what to make of a row, and what to serve of all rows.
public protocol PagedListing: Listing {
    /// What the rows are folded into.
    associatedtype Fold: ListingFold where Fold.Row: ListedRow

    /// The most records that are served one by one.
    var maximumDetails: Int { get }
    /// How many series a record has that is served by itself.
    static func series(of detail: RecordDetail) -> Int

    /// What to ask for.
    var request: ListRequest { get }

    /// An empty fold.
    func fold(memory: Memory?) -> Fold

    /// What to serve of a complete list, and what the next read is to know.
    /// - Parameters:
    ///   - now: the end of the read; no time of a record is later, and it stands in for times that are unknown.
    ///   - instant: the same by the monotonic clock, which says how long a series has been at zero.
    func snapshot(
        of listed: ListedRows<Fold>, now: Timestamp, instant: ContinuousClock.Instant
    ) -> (snapshot: ListingSnapshot, memory: Memory)
}

extension PagedListing {
    /// One.
    public static func series(of detail: RecordDetail) -> Int { 1 }

    /// See ``Listing``.
    public func read(
        through client: SourceClient, _ turn: PollTurn, memory: Memory?
    ) async throws(APIFailure) -> (snapshot: ListingSnapshot, memory: Memory) {
        let listed = try await RowLister(client: client, request: request).list(turn) { fold(memory: memory) }
        return snapshot(of: listed, now: client.wallTime, instant: client.now)
    }

    /// See ``Listing``.
    public func probe(through client: SourceClient) async throws(APIFailure) -> ListingProbe {
        let turn = client.turn(of: workspace.key.workspaceID)
        let page = try await RowLister(client: client, request: request).firstPage(turn) { fold(memory: nil) }
        let snapshot = snapshot(of: page.listed, now: client.wallTime, instant: client.now).snapshot
        var series = snapshot.fragment.samples
        if !page.isWhole, page.listed.rows > 0 {
            // Sums have the same series whatever the number of rows; details grow with them up to their limit.
            let shown = snapshot.details.count
            let ofOne = snapshot.details.reduce(0) { $0 + Self.series(of: $1) }
            let wanted = Double(shown + snapshot.summary.droppedDetails) * Double(page.count) / Double(page.listed.rows)
            let kept = min(Double(maximumDetails), wanted)
            if shown > 0 { series += Int(Double(ofOne) * (kept / Double(shown) - 1)) }
        }
        return ListingProbe(
            records: page.count, requests: page.requests, series: series, isExact: page.isWhole,
            skippedRecords: page.listed.skippedRecords, malformedFields: page.listed.malformedFields)
    }
}
