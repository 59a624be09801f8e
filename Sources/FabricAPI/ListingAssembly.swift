// SPDX-License-Identifier: Apache-2.0
internal import FabricModel
internal import Transport

/// Puts the pages of one attempt together as they arrive, in any order. Pages of one listing are decoded one after the
/// other, those of different workspaces side by side.
actor ListingAssembly<Fold: ListingFold> where Fold.Row: ListedRow {
    private(set) var plan: ListingPlan
    private var fold: Fold
    private var filter = RowFilter()
    private var hasShifted = false

    init(plan: ListingPlan, fold: Fold) {
        self.plan = plan
        self.fold = fold
    }

    /// Decodes the body that came for `request` and folds its rows.
    func take(
        _ response: inout HTTPResponse, for request: ListingPlan.Request, decoders: PageDecoderPool
    ) throws(APIFailure) -> ListingPlan.Step {
        let shape: PageShape
        do {
            shape = try decoders.withDecoder { decoder throws(PageDecodingError) in
                try Fold.Row.readPage(
                    &response.body, with: decoder, filter: &filter,
                    sharesFirst: request.index > 0 && plan.pageSize > 1, into: &fold)
            }
        } catch {
            throw APIFailure(
                .response, "the body is not a list of \(Fold.Row.plural): \(error.message)", status: response.status,
                requestID: response.header("X-Request-Id"))
        }
        let step = plan.receive(shape, for: request)
        if step == .shifted { hasShifted = true }
        if case .fetch(let further) = step, !further.isEmpty, let total = plan.total {
            // The plan has refused a total beyond the configured limit.
            filter.expect(rows: Int(total))
        }
        return step
    }

    func finish() -> ListingAttempt<Fold> {
        let isWhole = !hasShifted && plan.isWhole(distinct: filter.ids.count, skipped: filter.skipped)
        return ListingAttempt(
            listing: Listing(
                fold: fold, rows: filter.ids.count, skippedRecords: filter.skipped,
                malformedFields: filter.malformed + plan.malformedFields),
            wholeIDs: isWhole ? filter.ids : nil,
            neighboursAgree: plan.neighboursAgree
        )
    }
}

/// What one attempt brought.
struct ListingAttempt<Fold: ListingFold>: Sendable {
    var listing: Listing<Fold>
    /// The ids, where they are as many as there should be.
    var wholeIDs: EndpointIDTable?
    var neighboursAgree: Bool

    /// Whether this is the true state. The order of rows is not documented: where neighbours disagree and yet two
    /// attempts in a row give the same ids, it is the order that moves.
    func isComplete(previousIDs: EndpointIDTable?) -> Bool {
        guard let wholeIDs else { return false }
        return neighboursAgree || wholeIDs == previousIDs
    }
}
