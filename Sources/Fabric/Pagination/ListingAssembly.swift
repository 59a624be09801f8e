// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Puts the pages of one attempt together as they arrive, in any order. Pages of one listing are decoded one after the
/// other, those of different workspaces side by side.
actor ListingAssembly<Fold: ListingFold> where Fold.Row: ListedRow {
    private(set) var plan: ListingPlan
    private var fold: Fold
    private var filter: RowFilter

    /// - Parameter now: the moment of the poll by the wall clock, by which the times of records are judged.
    init(plan: ListingPlan, fold: Fold, now: Timestamp) {
        self.plan = plan
        self.fold = fold
        filter = RowFilter(plausibleTimes: PlausibleTimes(now: now))
    }

    /// Decodes the body that came for `request` and folds its rows.
    func take(
        _ response: inout HTTPResponse, for request: ListingPlan.Request, decoders: PageDecoderPool
    ) throws(APIFailure) -> ListingPlan.Step {
        let shape: PageShape
        do {
            shape = try decoders.withDecoder { decoder throws(PageDecodingError) in
                try decoder.rows(
                    of: &response.body, filter: &filter, limit: request.limit, sharesFirst: request.sharesFirst,
                    into: &fold)
            }
        } catch {
            throw APIFailure(
                .response, "the body is not a list of \(Fold.Row.plural): \(error.message)", status: response.status,
                requestID: response.header("X-Request-Id"))
        }
        return plan.receive(shape, for: request, rows: filter.ids.count + filter.skipped)
    }

    func finish() -> ListingAttempt<Fold> {
        ListingAttempt(
            listed: ListedRows(
                fold: fold, rows: filter.ids.count, skippedRecords: filter.skipped,
                malformedFields: filter.malformed + plan.malformedFields),
            wholeIDs: plan.isWhole ? filter.ids : nil,
            plan: plan)
    }
}

/// What one attempt brought.
struct ListingAttempt<Fold: ListingFold>: Sendable {
    var listed: ListedRows<Fold>
    /// The ids, where they are as many as there should be.
    var wholeIDs: Set<RecordID>?
    /// The plan with all pages that came.
    var plan: ListingPlan

    /// Whether this is the true state. The order of rows is not documented: if neighbors disagree and yet two attempts in
    /// a row give the same ids, only the order changed.
    func isComplete(previousIDs: Set<RecordID>?) -> Bool {
        guard let wholeIDs else { return false }
        return plan.neighborsAgree || wholeIDs == previousIDs
    }
}
