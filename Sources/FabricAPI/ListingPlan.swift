// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// Which pages to ask for, and whether what came is one listing. A value without sockets or clocks.
///
/// Pages overlap by one row: each begins where the one before ended, and the shared row must have the same id. Totals
/// alone prove nothing, because one row deleted early and one added at the end leave `total` as it was while a live row
/// slips through between two pages.
struct ListingPlan {
    struct Request: Hashable, Sendable {
        var index: Int
        var offset: Int
        var limit: Int
    }

    /// What to do after a page.
    enum Step: Equatable {
        /// Ask for these pages too.
        case fetch([Request])
        /// The pages shifted under the listing for certain; the rest of it need not be asked for.
        case shifted
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
    /// What the first page said; where it said nothing, pages are walked one by one until a short one.
    private(set) var total: Int64?
    private var pages: [Int: PageShape] = [:]

    /// The plan of one attempt.
    init(pageSize: Int, limit: Limit) {
        self.pageSize = pageSize
        self.limit = limit
    }

    /// The plan of one attempt at a workspace's endpoints.
    init(pageSize: Int, maxEndpoints: Int) {
        self.init(
            pageSize: pageSize, limit: Limit(rows: maxEndpoints, plural: "endpoints", name: "max_endpoints"))
    }

    /// How far apart pages begin. A page of one row cannot share it, so such listings must be had twice.
    private var stride: Int { max(1, pageSize - 1) }

    /// The page that every attempt begins with.
    var first: Request { request(0) }

    /// Fields of the pages themselves that had a wrong type.
    var malformedFields: Int { pages.values.reduce(0) { $0 + $1.malformedFields } }

    /// Takes in the page that came for `request`.
    mutating func receive(_ page: PageShape, for request: Request) -> Step {
        guard page.rowCount <= request.limit else {
            return .refuse("a page of \(page.rowCount) rows where \(request.limit) were asked for")
        }
        pages[request.index] = page
        if request.index == 0 {
            total = page.total
            guard let total else { return afterPageWithoutTotal(page, request) }
            guard total >= 0 else { return .refuse("a total of \(total)") }
            guard total <= Int64(limit.rows) else {
                return .refuse("\(total) \(limit.plural), more than \(limit.name) (\(limit.rows))")
            }
            if page.rowCount == 0, total > 0 { return .shifted }
            let further = max(0, (Int(total) - pageSize + stride - 1) / stride)
            return .fetch((0..<further).map { self.request($0 + 1) })
        }
        guard page.total == total else { return .shifted }
        if total == nil { return afterPageWithoutTotal(page, request) }
        return page.rowCount == 0 ? .shifted : .fetch([])
    }

    private func afterPageWithoutTotal(_ page: PageShape, _ request: Request) -> Step {
        guard request.offset + page.rowCount <= limit.rows else {
            return .refuse("more \(limit.plural) than \(limit.name) (\(limit.rows))")
        }
        return .fetch(page.rowCount == request.limit ? [self.request(request.index + 1)] : [])
    }

    /// Whether rows counted over all pages, each id once, are as many as there should be.
    func isWhole(distinct: Int, skipped: Int) -> Bool {
        total == nil || total == Int64(distinct + skipped)
    }

    /// Whether each page began with the row that the one before ended with.
    var neighboursAgree: Bool {
        guard pages.count > 1 else { return true }
        guard pageSize > 1 else { return false }
        return (1..<pages.count).allSatisfy { index in
            guard let left = pages[index - 1], let right = pages[index] else { return false }
            return left.rowCount == pageSize && right.rowCount > 0 && left.lastID == right.firstID
        }
    }

    private func request(_ index: Int) -> Request {
        Request(index: index, offset: index * stride, limit: pageSize)
    }
}
