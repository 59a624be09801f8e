// SPDX-License-Identifier: Apache-2.0

/// Decides which pages one listing attempt requests, and whether the received pages are one complete listing. Does no
/// I/O and has no clock.
///
/// Pages overlap by one row: each begins with the last row of the page before, and the shared row must have the same
/// ID. Totals alone are no proof: if one row is deleted early and another is added at the end, `total` stays the same
/// but the listing misses a row.
///
/// Let *n* be the number of rows and *p* the page size. A listing of an unchanging list takes
///
///     requests(n, p) = 1                          if n = 0
///                    = 1 + ⌊(n − 1) / (p − 1)⌋    if p > 1
///                    = n + 1                      if p = 1, and twice as many if n > 1
///
/// requests. A full last page costs one more request, because the list may continue beyond `total`. Without a `total` a
/// short page does, too, because the service may cap its pages.
///
/// The number of requests is bounded for any responses. Let *N* be the larger of `total` and the number of existing
/// rows, capped at the limit. One attempt requests at most *A* pages, where *A* is `requests(N, p) + 1` if pages are as
/// long as requested, and `12 · requests(N, p) + 16` if they are shorter. After `2A + 32` requests a poll neither
/// starts another attempt nor continues one whose pages disagree. So a poll sends at most
///
///     min(4A, 3A + 32)
///
/// requests, not counting retries.
struct ListingPlan {
    struct Request: Hashable, Sendable {
        var offset: Int
        var limit: Int
        /// Whether the first row must be the last row of the previous page.
        var sharesFirst: Bool
    }

    /// The next step after a page.
    enum Step: Equatable {
        /// Request these pages, too.
        case fetch([Request])
        /// The attempt can't become complete, for this reason; no more pages are needed.
        case abandon(String)
        /// No attempt at this list can be accepted, for this reason.
        case reject(String)
    }

    /// The maximum number of rows, and the names that messages use.
    struct Limit {
        var rows: Int
        /// The name of the rows, such as `endpoints`.
        var plural: String
        /// The name of the limit, such as `max_endpoints`.
        var name: String
    }

    let pageSize: Int
    let limit: Limit
    /// The number of requests of this poll before this attempt.
    private let requestsBefore: Int
    /// The first page's `total`.
    private(set) var total: Int64?
    /// Whether `total` is known to be wrong: there are more rows, or it is the number of rows of each page.
    private var isTotalIgnored = false
    /// Whether each page's `total` so far was its own number of rows.
    private var totalsCountPages = true
    /// The number of distinct rows so far, including records without a usable ID.
    private var rows = 0
    private var chain = PageChain()
    /// Why the attempt can't become complete; nil while it can.
    private var abandonReason: String?
    /// Describes the first pages that disagreed; nil while all agree.
    private var disagreement: String?

    /// Creates the plan of one attempt.
    init(pageSize: Int, limit: Limit, requestsBefore: Int = 0) {
        self.pageSize = pageSize
        self.limit = limit
        self.requestsBefore = requestsBefore
        chain.add(first)
    }

    /// Returns the plan of the next attempt, after `requests` requests of the same poll.
    func restarted(after requests: Int) -> ListingPlan {
        ListingPlan(pageSize: pageSize, limit: limit, requestsBefore: requests)
    }

    /// Returns the number of requests of one attempt at an unchanging list of `rows` rows that has a total.
    static func requests(rows: Int, pageSize: Int) -> Int {
        if rows == 0 { return 1 }
        return pageSize == 1 ? rows + 1 : 1 + (rows - 1) / (pageSize - 1)
    }

    /// The first page of every attempt.
    var first: Request { Request(offset: 0, limit: pageSize, sharesFirst: false) }

    /// The number of fields outside of rows that had a wrong type.
    var malformedFields: Int { chain.malformedFields }

    /// The number of requests after which a poll neither starts another attempt nor continues one whose pages disagree.
    var requestBudget: Int { 2 * chain.requestedCount + 32 }

    private var trustedTotal: Int? { isTotalIgnored ? nil : total.map { Int($0) } }

    /// Adds the page received for `request`.
    /// - Parameter rows: the number of distinct rows and of records without a usable ID, including this page's.
    mutating func receive(_ page: PageShape, for request: Request, rows: Int) -> Step {
        let step = evaluate(page, request, new: rows - self.rows, rows: rows)
        if case .abandon(let reason) = step { abandonReason = abandonReason ?? reason }
        return step
    }

    private mutating func evaluate(_ page: PageShape, _ request: Request, new: Int, rows: Int) -> Step {
        guard page.rowCount <= request.limit else {
            return .reject("page has \(page.rowCount) rows, limit is \(request.limit)")
        }
        self.rows = rows
        chain.add(page, at: request.offset)
        totalsCountPages = totalsCountPages && page.total == Int64(page.rowCount)
        if request.offset == 0 { return evaluateFirst(page) }
        if page.total != total {
            guard totalsCountPages else {
                return .abandon("total changed from \(Self.text(total)) to \(Self.text(page.total))")
            }
            isTotalIgnored = true
        }
        let agreement = chain.agreement(at: request.offset)
        if let (left, right) = agreement.disagreeing {
            disagreement =
                disagreement
                ?? "page at offset \(right) does not begin with the last row of the page at offset \(left)"
        }
        // A page may consist of rows shared with its neighbors. With more rows but no new ones, it repeats other pages.
        if page.rowCount > 0, new == 0, agreement.count < page.rowCount {
            return .abandon("page at offset \(request.offset) has no new rows")
        }
        let step = nextStep(after: page, request, new: new)
        guard case .fetch = step else { return step }
        if let total = trustedTotal, rows > total {
            return .abandon("received \(rows) \(limit.plural), total is \(total)")
        }
        if let disagreement, !canBeReordered { return .abandon(disagreement) }
        return step
    }

    private mutating func evaluateFirst(_ page: PageShape) -> Step {
        total = page.total
        if let total {
            guard total >= 0 else { return .reject("invalid total \(total)") }
            guard total <= Int64(limit.rows) else {
                return .reject("\(total) \(limit.plural) exceed \(limit.name) (\(limit.rows))")
            }
            if page.rowCount == 0, total > 0 { return .abandon("first page is empty, total is \(total)") }
            if page.rowCount == pageSize {
                let count = Self.requests(rows: max(Int(total), pageSize), pageSize: pageSize)
                return fetch(count - 1, after: page.rowCount, limit: pageSize)
            }
        }
        return nextStep(after: page, first, new: rows)
    }

    /// Returns the next step after a page whose total and neighbors were checked.
    private mutating func nextStep(after page: PageShape, _ request: Request, new: Int) -> Step {
        let end = request.offset + page.rowCount
        if request.offset > 0, !request.sharesFirst, pageSize > 1, page.rowCount > 0 {
            return .abandon("first page has 1 row instead of \(pageSize); set poll.page_size: 1")
        }
        // A page that arrives before the one it shares its first row with makes that row look new.
        let hasNewRows = new > 0 && page.rowCount > (request.sharesFirst ? 1 : 0)
        if let next = chain.offset(after: request.offset) {
            // The pages after this one were requested already; a short page leaves a gap before them.
            let missing = next + (pageSize > 1 ? 1 : 0) - end
            if missing <= 0 { return .fetch([]) }
            guard hasNewRows else { return .abandon(noNewRowsReason(page, request)) }
            return fetch(1, after: end, limit: missing + 1, causedBy: page)
        }
        if let total = trustedTotal, hasNewRows, request.offset > 0 {
            // A page as long as a capped first page is full too.
            let isFull = page.rowCount == request.limit || page.rowCount == chain.firstCount
            if isFull, end == total { return fetch(1, after: end, limit: pageSize, causedBy: page) }
            // The list continues beyond its total.
            if request.offset + 1 >= total || isFull && end > total { isTotalIgnored = true }
        }
        guard let total = trustedTotal else {
            guard hasNewRows else { return .fetch([]) }
            guard end <= limit.rows else { return .reject("more \(limit.plural) than \(limit.name) (\(limit.rows))") }
            return fetch(1, after: end, limit: pageSize, causedBy: page)
        }
        if end >= total { return .fetch([]) }
        guard hasNewRows else { return .abandon(noNewRowsReason(page, request)) }
        // Two short pages of the same length show a cap, so the rest is requested in pages of that length.
        let isCap = page.rowCount > 1 && page.rowCount == chain.rowCount(before: request.offset)
        let count = isCap ? Self.requests(rows: total - end + 1, pageSize: page.rowCount) : 1
        return fetch(count, after: end, limit: isCap ? page.rowCount : pageSize, causedBy: page)
    }

    /// Requests `count` pages that follow row number `end`.
    /// - Parameter page: the page that was shorter than expected and so caused the requests; nil if there is none.
    private mutating func fetch(_ count: Int, after end: Int, limit: Int, causedBy page: PageShape? = nil) -> Step {
        let maximum = 12 * Self.requests(rows: max(trustedTotal ?? 0, rows), pageSize: pageSize) + 16
        if let page, chain.requestedCount + count > maximum {
            return .reject(
                "page has \(page.rowCount) rows instead of \(pageSize); set poll.page_size: \(page.rowCount)")
        }
        // If the first page has one row, the next page can't share it: that would be the same request again.
        let sharesFirst = pageSize > 1 && end > 1
        let offset = sharesFirst ? end - 1 : end
        let stride = max(1, limit - 1)
        let requests = (0..<count).map {
            Request(offset: offset + $0 * stride, limit: limit, sharesFirst: sharesFirst)
        }
        for request in requests { chain.add(request) }
        return .fetch(requests)
    }

    /// Whether an attempt whose pages disagree may still be the same list in another order: the pending pages can
    /// complete the total, and the poll has requests left.
    private var canBeReordered: Bool {
        guard let total = trustedTotal, requestsBefore + chain.receivedCount < requestBudget else { return false }
        return rows + chain.outstandingRows >= total
    }

    // MARK: After the last page

    /// Whether all pages were received and the number of rows matches the total, if known.
    var isWhole: Bool { abandonReason == nil && (trustedTotal == nil || trustedTotal == rows) }

    /// Whether each page began with the last row of the page before. Without a total, also whether no row was repeated.
    var neighborsAgree: Bool {
        // Without a total only this shows that a row was repeated in place of another.
        if trustedTotal == nil, rows != chain.ownRows { return false }
        if chain.requestedCount == 1 { return true }
        // Pages of one row share no rows. A list of one row is proven by its total and the empty page after it.
        if pageSize == 1 { return rows <= 1 && trustedTotal != nil }
        return chain.allAgree
    }

    /// Why the attempt is incomplete.
    var incompleteReason: String {
        if let abandonReason { return abandonReason }
        if let total = trustedTotal, total != rows { return "received \(rows) \(limit.plural), total is \(total)" }
        return disagreement ?? "pages share no row, and the previous read had other IDs"
    }

    /// The number of requests for the list, estimated from its first page.
    var expectedRequests: Int {
        let firstCount = chain.firstCount
        if pageSize == 1 { return rows == 0 || total == 1 ? chain.requestedCount : 2 * chain.requestedCount }
        if let total, firstCount > 1, firstCount < pageSize, firstCount < total {
            return Self.requests(rows: Int(total), pageSize: firstCount)
        }
        return chain.requestedCount
    }

    /// Whether the first page appears to contain the whole list.
    var isFirstPageWhole: Bool { total.map { Int64(rows) >= $0 } ?? (chain.firstCount < pageSize) }

    private func noNewRowsReason(_ page: PageShape, _ request: Request) -> String {
        let total = trustedTotal.map { ", total: \($0)" } ?? ""
        return "page at offset \(request.offset) has no new rows (rows: \(page.rowCount)\(total))"
    }

    private static func text(_ total: Int64?) -> String { total.map { "\($0)" } ?? "none" }
}
