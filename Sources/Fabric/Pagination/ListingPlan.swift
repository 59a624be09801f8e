// SPDX-License-Identifier: Apache-2.0

/// Which pages one attempt at a list asks for, and whether the pages that came are one complete listing. A value without
/// sockets or clocks.
///
/// Pages overlap by one row: each begins with the row that the page before it ended with, and the shared row must have
/// the same id. Totals alone prove nothing, because one row deleted early and one added at the end leave `total` as it
/// was while a live row is never read.
///
/// Let *n* be the number of rows and *p* the page size. A listing of a list that holds still takes
///
///     requests(n, p) = 1                          if n = 0
///                    = 1 + ⌊(n − 1) / (p − 1)⌋    if p > 1
///                    = n + 1                      if p = 1, and all of it twice if n > 1
///
/// A full last page costs one more request, because the list may go on whatever `total` says. Without a `total` a short
/// page does too, because the service may cap its pages.
///
/// The number of requests is bounded, whatever the service answers. Let *N* be the larger of `total` and the number of
/// rows that exist, and at most the limit. One attempt asks for at most *A* pages, where *A* is `requests(N, p) + 1` if
/// pages come as long as they were asked for, and `12 · requests(N, p) + 16` if they come shorter. After `2A + 32` requests a
/// poll neither begins another attempt nor goes on with one in which pages disagree. So a poll makes at most
///
///     min(4A, 3A + 32)
///
/// requests, retries of single requests not counted.
struct ListingPlan {
    struct Request: Hashable, Sendable {
        var offset: Int
        var limit: Int
        /// Whether the first row must be the last row of the page before.
        var sharesFirst: Bool
    }

    /// What to do after a page.
    enum Step: Equatable {
        /// Ask for these pages too.
        case fetch([Request])
        /// The attempt cannot become a complete listing, for this reason; the rest of it need not be asked for.
        case end(String)
        /// No listing of this kind can be accepted.
        case refuse(String)
    }

    /// How many rows a listing may have, and how that is said.
    struct Limit {
        var rows: Int
        /// What the rows are: `endpoints`.
        var plural: String
        /// Where the limit comes from: `max_endpoints`.
        var name: String
    }

    let pageSize: Int
    let limit: Limit
    /// Requests of the same poll before this attempt.
    private let requestsBefore: Int
    /// What the first page said.
    private(set) var total: Int64?
    /// Whether `total` is known to be wrong: there are more rows, or it counts the rows of each page.
    private var isTotalIgnored = false
    /// Whether every page so far has a `total` that is the number of its own rows.
    private var totalsCountPages = true
    /// Distinct rows so far, records without a usable id among them.
    private var rows = 0
    private var chain = PageChain()
    /// Why the attempt is not complete; nil while it may be.
    private var problem: String?
    /// Where two pages first disagreed; nil while all agree.
    private var disagreement: String?

    /// The plan of one attempt.
    init(pageSize: Int, limit: Limit, requestsBefore: Int = 0) {
        self.pageSize = pageSize
        self.limit = limit
        self.requestsBefore = requestsBefore
        chain.ask(for: first)
    }

    /// The same plan for another attempt of a poll that has made `requests` requests.
    func again(after requests: Int) -> ListingPlan {
        ListingPlan(pageSize: pageSize, limit: limit, requestsBefore: requests)
    }

    /// The number of requests of one attempt at a list of `rows` rows that holds still and tells its total.
    static func requests(rows: Int, pageSize: Int) -> Int {
        if rows == 0 { return 1 }
        return pageSize == 1 ? rows + 1 : 1 + (rows - 1) / (pageSize - 1)
    }

    /// The page that every attempt begins with.
    var first: Request { Request(offset: 0, limit: pageSize, sharesFirst: false) }

    /// Fields of the pages themselves that had a wrong type.
    var malformedFields: Int { chain.malformedFields }

    /// After this many requests a poll begins no other attempt, and does not go on with one in which pages disagree.
    var requestBudget: Int { 2 * chain.askedCount + 32 }

    private var trustedTotal: Int? { isTotalIgnored ? nil : total.map { Int($0) } }

    /// Takes in the page that came for `request`.
    /// - Parameter rows: the distinct rows and the records without a usable id, this page's among them.
    mutating func receive(_ page: PageShape, for request: Request, rows: Int) -> Step {
        let step = judge(page, request, new: rows - self.rows, rows: rows)
        if case .end(let why) = step { problem = problem ?? why }
        return step
    }

    private mutating func judge(_ page: PageShape, _ request: Request, new: Int, rows: Int) -> Step {
        guard page.rowCount <= request.limit else {
            return .refuse("a page of \(page.rowCount) rows where \(request.limit) were asked for")
        }
        self.rows = rows
        chain.add(page, at: request.offset)
        totalsCountPages = totalsCountPages && page.total == Int64(page.rowCount)
        if request.offset == 0 { return begin(page) }
        if page.total != total {
            guard totalsCountPages else {
                return .end("total changed from \(Self.text(total)) to \(Self.text(page.total))")
            }
            isTotalIgnored = true
        }
        let agreement = chain.agreement(at: request.offset)
        if let (left, right) = agreement.disagreeing {
            disagreement =
                disagreement ?? "the page at offset \(right) does not begin with the last row of the one at \(left)"
        }
        // The page shares rows with its neighbors; one that has no row of its own and fewer neighbors repeats others.
        if page.rowCount > 0, new == 0, agreement.count < page.rowCount {
            return .end("the page at offset \(request.offset) brought no new row")
        }
        let step = goOn(after: page, request, new: new)
        guard case .fetch = step else { return step }
        if let total = trustedTotal, rows > total {
            return .end("\(rows) \(limit.plural) came where total is \(total)")
        }
        if let disagreement, !canBeReordered { return .end(disagreement) }
        return step
    }

    private mutating func begin(_ page: PageShape) -> Step {
        total = page.total
        if let total {
            guard total >= 0 else { return .refuse("a total of \(total)") }
            guard total <= Int64(limit.rows) else {
                return .refuse("\(total) \(limit.plural), more than \(limit.name) (\(limit.rows))")
            }
            if page.rowCount == 0, total > 0 { return .end("the first page is empty although total is \(total)") }
            if page.rowCount == pageSize {
                let count = Self.requests(rows: max(Int(total), pageSize), pageSize: pageSize)
                return fetch(count - 1, after: page.rowCount, limit: pageSize)
            }
        }
        return goOn(after: page, first, new: rows)
    }

    /// What to ask for after a page whose total and neighbors have been looked at.
    private mutating func goOn(after page: PageShape, _ request: Request, new: Int) -> Step {
        let end = request.offset + page.rowCount
        if request.offset > 0, !request.sharesFirst, pageSize > 1, page.rowCount > 0 {
            return .end("1 row came where \(pageSize) were asked for; set poll.page_size: 1")
        }
        // A page that arrives before the one it shares its first row with makes that row look new.
        let hasNewRows = new > 0 && page.rowCount > (request.sharesFirst ? 1 : 0)
        if let next = chain.offset(after: request.offset) {
            // The pages after this one have been asked for already; a short page leaves a gap before them.
            let missing = next + (pageSize > 1 ? 1 : 0) - end
            if missing <= 0 { return .fetch([]) }
            guard hasNewRows else { return .end(shortText(page, request)) }
            return fetch(1, after: end, limit: missing + 1, because: page)
        }
        if let total = trustedTotal, hasNewRows, request.offset > 0 {
            // A page as long as a capped first page is full too.
            let isFull = page.rowCount == request.limit || page.rowCount == chain.firstCount
            if isFull, end == total { return fetch(1, after: end, limit: pageSize, because: page) }
            // The list goes on after as many rows as its total.
            if request.offset + 1 >= total || isFull && end > total { isTotalIgnored = true }
        }
        guard let total = trustedTotal else {
            guard hasNewRows else { return .fetch([]) }
            guard end <= limit.rows else { return .refuse("more \(limit.plural) than \(limit.name) (\(limit.rows))") }
            return fetch(1, after: end, limit: pageSize, because: page)
        }
        if end >= total { return .fetch([]) }
        guard hasNewRows else { return .end(shortText(page, request)) }
        // Two short pages of one length are a cap, so the rest is asked for in pages of that length.
        let isCap = page.rowCount > 1 && page.rowCount == chain.rowCount(before: request.offset)
        let count = isCap ? Self.requests(rows: total - end + 1, pageSize: page.rowCount) : 1
        return fetch(count, after: end, limit: isCap ? page.rowCount : pageSize, because: page)
    }

    /// Asks for `count` pages that follow row number `end`.
    /// - Parameter page: the page that was shorter than expected and is the cause of the requests; nil if there is none.
    private mutating func fetch(_ count: Int, after end: Int, limit: Int, because page: PageShape? = nil) -> Step {
        let most = 12 * Self.requests(rows: max(trustedTotal ?? 0, rows), pageSize: pageSize) + 16
        if let page, chain.askedCount + count > most {
            return .refuse(
                "\(page.rowCount) rows came where \(pageSize) were asked for; set poll.page_size: \(page.rowCount)")
        }
        // The first page can have a single row; the next page cannot share that one, or it would be the same request.
        let sharesFirst = pageSize > 1 && end > 1
        let offset = sharesFirst ? end - 1 : end
        let stride = max(1, limit - 1)
        let requests = (0..<count).map {
            Request(offset: offset + $0 * stride, limit: limit, sharesFirst: sharesFirst)
        }
        for request in requests { chain.ask(for: request) }
        return .fetch(requests)
    }

    /// Whether an attempt whose pages disagree may still turn out to be the same list in another order: as many rows as the
    /// total can still come, and the poll has requests left.
    private var canBeReordered: Bool {
        guard let total = trustedTotal, requestsBefore + chain.receivedCount < requestBudget else { return false }
        return rows + chain.outstandingRows >= total
    }

    // MARK: After the last page

    /// Whether every page came and the rows are as many as there should be.
    var isWhole: Bool { problem == nil && (trustedTotal == nil || trustedTotal == rows) }

    /// Whether each page began with the row that the one before ended with, and nothing else speaks against the listing.
    var neighborsAgree: Bool {
        // Without a total nothing else tells that a row took the place of another.
        if trustedTotal == nil, rows != chain.ownRows { return false }
        if chain.askedCount == 1 { return true }
        // Pages of one row share none. That a list has one row is proven by its total and by the empty page after it.
        if pageSize == 1 { return rows <= 1 && trustedTotal != nil }
        return chain.allAgree
    }

    /// What kept the attempt from being complete.
    var incompleteness: String {
        if let problem { return problem }
        if let total = trustedTotal, total != rows { return "\(rows) \(limit.plural) came where total is \(total)" }
        return disagreement ?? "its pages share no row, and the listing before it had other ids"
    }

    /// How many requests the list takes, as far as its first page tells.
    var expectedRequests: Int {
        let shown = chain.firstCount
        if pageSize == 1 { return rows == 0 || total == 1 ? chain.askedCount : 2 * chain.askedCount }
        if let total, shown > 1, shown < pageSize, shown < total {
            return Self.requests(rows: Int(total), pageSize: shown)
        }
        return chain.askedCount
    }

    /// Whether the first page seems to hold the whole list.
    var isFirstPageWhole: Bool { total.map { Int64(rows) >= $0 } ?? (chain.firstCount < pageSize) }

    private func shortText(_ page: PageShape, _ request: Request) -> String {
        let promised = trustedTotal.map { ", total is \($0)" } ?? ""
        return "the page at offset \(request.offset) has \(page.rowCount) rows and no new one\(promised)"
    }

    private static func text(_ total: Int64?) -> String { total.map { "\($0)" } ?? "none" }
}
