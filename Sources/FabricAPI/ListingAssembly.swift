// SPDX-License-Identifier: Apache-2.0
internal import FabricModel
internal import Transport

/// Puts the pages of one attempt together as they arrive, in any order. Pages of one listing are decoded one after the
/// other, those of different workspaces side by side.
actor ListingAssembly<Fold: ListingFold> where Fold.Row: ListedRow {
    private(set) var plan: ListingPlan
    private var fold: Fold
    private var ids: Set<EndpointID> = []
    private var skipped = 0
    private var malformed = 0
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
                try Fold.Row.decodePage(&response.body, with: decoder) { record, place in
                    add(record, isShared: place == 0 && request.index > 0 && plan.pageSize > 1)
                }
            }
        } catch {
            throw APIFailure(
                .response, "the body is not a list of \(Fold.Row.plural): \(error.message)", status: response.status,
                requestID: response.header("X-Request-Id"))
        }
        let step = plan.receive(shape, for: request)
        if step == .shifted { hasShifted = true }
        return step
    }

    /// - Parameter isShared: whether the record is the one that the page before ended with and has counted already,
    ///   which only matters for records that no id tells apart.
    private func add(_ record: PageRecord<Fold.Row>, isShared: Bool) {
        switch record {
        case .row(let row, let malformedFields):
            guard ids.insert(row.recordID).inserted else { return }
            malformed += malformedFields
            fold.add(row)
        case .skipped(let malformedFields):
            guard !isShared else { return }
            skipped += 1
            malformed += malformedFields
        }
    }

    func finish() -> ListingAttempt<Fold> {
        let isWhole = !hasShifted && plan.isWhole(distinct: ids.count, skipped: skipped)
        return ListingAttempt(
            listing: Listing(
                fold: fold, rows: ids.count, skippedRecords: skipped,
                malformedFields: malformed + plan.malformedFields),
            wholeIDs: isWhole ? ids : nil,
            neighboursAgree: plan.neighboursAgree
        )
    }
}

/// What one attempt brought.
struct ListingAttempt<Fold: ListingFold>: Sendable {
    var listing: Listing<Fold>
    /// The ids, where they are as many as there should be.
    var wholeIDs: Set<EndpointID>?
    var neighboursAgree: Bool

    /// Whether this is the true state. The order of rows is not documented: where neighbours disagree and yet two
    /// attempts in a row give the same ids, it is the order that moves.
    func isComplete(previousIDs: Set<EndpointID>?) -> Bool {
        guard let wholeIDs else { return false }
        return neighboursAgree || wholeIDs == previousIDs
    }
}
