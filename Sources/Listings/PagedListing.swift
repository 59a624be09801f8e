// SPDX-License-Identifier: Apache-2.0
public import Base
internal import Exposition
public import Fabric

/// A listing of a paged list. Paging, retries, completeness and `check` are shared; a conforming type defines the
/// request, the fold of its rows and the exported snapshot.
public protocol PagedListing: Listing {
    /// Aggregates the rows.
    associatedtype Fold: ListingFold where Fold.Row: ListedRow

    /// The maximum number of records with details.
    var maximumDetails: Int { get }
    /// Returns the number of detail series of a record. Default: 1.
    static func series(of detail: RecordDetail) -> Int

    /// The request for the list, without paging.
    var request: ListRequest { get }

    /// Creates an empty fold.
    func fold(memory: Memory?) -> Fold

    /// Returns the snapshot of a complete list and the memory for the next read.
    /// - Parameters:
    ///   - now: the end of the read; times of records are capped at it, and unknown times are replaced by it.
    ///   - instant: the end of the read by the monotonic clock, to measure how long a series has been at zero.
    func snapshot(
        of listed: ListedRows<Fold>, now: Timestamp, instant: ContinuousClock.Instant
    ) -> (snapshot: ListingSnapshot, memory: Memory)
}

extension PagedListing {
    /// Returns 1.
    public static func series(of detail: RecordDetail) -> Int { 1 }

    /// Reads all pages of the list; see ``Listing``.
    public func read(
        through client: SourceClient, _ turn: PollTurn, memory: Memory?
    ) async throws(APIFailure) -> (snapshot: ListingSnapshot, memory: Memory) {
        let listed = try await RowLister(client: client, request: request).list(turn) { fold(memory: memory) }
        return snapshot(of: listed, now: client.wallTime, instant: client.now)
    }

    /// Reads the first page of the list; see ``Listing``.
    public func probe(through client: SourceClient) async throws(APIFailure) -> ListingProbe {
        let turn = client.turn(of: workspace.key.workspaceID)
        let page = try await RowLister(client: client, request: request).firstPage(turn) { fold(memory: nil) }
        let snapshot = snapshot(of: page.listed, now: client.wallTime, instant: client.now).snapshot
        var series = snapshot.fragment.samples
        if !page.isWhole, page.listed.rows > 0 {
            // The number of aggregate series doesn't depend on the rows; that of details does, up to the limit.
            let details = snapshot.details.count
            let detailSeries = snapshot.details.reduce(0) { $0 + Self.series(of: $1) }
            let qualifying =
                Double(details + snapshot.summary.droppedDetails) * Double(page.count) / Double(page.listed.rows)
            let kept = min(Double(maximumDetails), qualifying)
            if details > 0 { series += Int(Double(detailSeries) * (kept / Double(details) - 1)) }
        }
        return ListingProbe(
            records: page.count, requests: page.requests, series: series, isExact: page.isWhole,
            skippedRecords: page.listed.skippedRecords, malformedFields: page.listed.malformedFields)
    }
}
