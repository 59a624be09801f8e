// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Assembles the pages of one listing attempt as they arrive, in any order. Pages of one listing are decoded one at a
/// time, pages of different workspaces concurrently.
actor ListingAssembly<Fold: ListingFold> where Fold.Row: ListedRow {
    private(set) var plan: ListingPlan
    private var fold: Fold
    private var filter: RowFilter

    /// - Parameter now: the wall clock's time of the poll, which determines the plausible times of records.
    init(plan: ListingPlan, fold: Fold, now: Timestamp) {
        self.plan = plan
        self.fold = fold
        filter = RowFilter(plausibleTimes: PlausibleTimes(now: now))
    }

    /// Decodes the response to `request` and folds its rows.
    /// - Throws: ``APIFailure`` if the body isn't a page of such rows.
    func add(
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
                .response, "response body is not a list of \(Fold.Row.plural): \(error.message)",
                status: response.status, requestID: response.header("X-Request-Id"))
        }
        if request == plan.first, let total = shape.total { filter.expect(rows: total) }
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

/// The result of one listing attempt.
struct ListingAttempt<Fold: ListingFold>: Sendable {
    var listed: ListedRows<Fold>
    /// The rows' IDs; nil unless there are as many as expected.
    var wholeIDs: Set<RecordID>?
    /// The plan with all received pages.
    var plan: ListingPlan

    /// Returns whether the listing is complete. The order of rows isn't documented: if neighboring pages disagree but
    /// two consecutive attempts have the same IDs, only the order changed.
    func isComplete(previousIDs: Set<RecordID>?) -> Bool {
        guard let wholeIDs else { return false }
        return plan.neighborsAgree || wholeIDs == previousIDs
    }
}
