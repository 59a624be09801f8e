// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("The plan of a listing")
struct ListingPlanTests {
    typealias Request = ListingPlan.Request

    /// A plan and the rows received for it.
    struct Walk {
        var plan: ListingPlan
        var seen: Set<RecordID> = []
        var requests: [Request] = []
        var last = ListingPlan.Step.fetch([])

        init(pageSize: Int, maxEndpoints: Int = 100_000) {
            plan = ListingPlan(pageSize: pageSize, maxEndpoints: maxEndpoints)
        }

        /// Adds a page with `ids` for `request`.
        mutating func receive(_ ids: [Int], total: Int64?, for request: Request) -> ListingPlan.Step {
            let ids = ids.map { RecordID("\($0)") }
            seen.formUnion(ids)
            requests.append(request)
            let page = PageShape(
                total: total, rowCount: ids.count, firstID: ids.first, lastID: ids.last, malformedFields: 0)
            last = plan.receive(page, for: request, rows: seen.count)
            return last
        }
    }

    /// Walks a list of `count` rows to its end.
    static func walk(
        count: Int, pageSize: Int, total: Int64?, cap: Int = .max, maxEndpoints: Int = 100_000
    ) -> Walk {
        var walk = Walk(pageSize: pageSize, maxEndpoints: maxEndpoints)
        var waiting = [walk.plan.first]
        while !waiting.isEmpty {
            let request = waiting.removeFirst()
            let end = min(count, request.offset + min(cap, request.limit))
            let step = walk.receive(Array(request.offset..<max(request.offset, end)), total: total, for: request)
            guard case .fetch(let further) = step else { break }
            waiting += further
        }
        return walk
    }

    @Test(
        "Pages overlap by one row, and a full last page costs one more request",
        arguments: [
            (0, 100, [0]), (1, 100, [0]), (10, 100, [0]), (99, 100, [0]), (100, 100, [0, 99]), (101, 100, [0, 99]),
            (198, 100, [0, 99]), (199, 100, [0, 99, 198]), (200, 100, [0, 99, 198]), (357, 100, [0, 99, 198, 297]),
            (0, 2, [0]), (1, 2, [0]), (2, 2, [0, 1]), (3, 2, [0, 1, 2]), (10, 2, Array(0...9)),
            (0, 1, [0]), (1, 1, [0, 1]), (2, 1, [0, 1, 2]), (10, 1, Array(0...10)),
        ] as [(Int, Int, [Int])]
    )
    func offsets(_ count: Int, _ pageSize: Int, _ offsets: [Int]) {
        let walk = Self.walk(count: count, pageSize: pageSize, total: Int64(count))
        #expect(
            walk.requests
                == offsets.map { Request(offset: $0, limit: pageSize, sharesFirst: pageSize > 1 && $0 > 0) })
        #expect(walk.last == .fetch([]))
        #expect(walk.plan.isWhole)
        #expect(walk.plan.neighborsAgree == (pageSize > 1 || count <= 1))
        #expect(ListingPlan.requests(rows: count, pageSize: pageSize) == offsets.count)
    }

    @Test(
        "Without a total, pages are requested until one has no new row",
        arguments: [
            (0, 100, [0]), (1, 100, [0, 1]), (10, 100, [0, 9]), (99, 100, [0, 98]), (100, 100, [0, 99]),
            (101, 100, [0, 99, 100]), (199, 100, [0, 99, 198]), (357, 100, [0, 99, 198, 297, 356]), (3, 2, [0, 1, 2]),
            (0, 1, [0]), (2, 1, [0, 1, 2]),
        ] as [(Int, Int, [Int])]
    )
    func walked(_ count: Int, _ pageSize: Int, _ offsets: [Int]) {
        let walk = Self.walk(count: count, pageSize: pageSize, total: nil)
        #expect(walk.requests.map(\.offset) == offsets)
        #expect(walk.last == .fetch([]))
        #expect(walk.plan.isWhole)
        #expect(walk.plan.neighborsAgree == (pageSize > 1 || count < 1))
    }

    @Test(
        "If the service caps pages, the list is requested in pages of that length",
        arguments: [
            (230, 230, 50, [0, 49, 98, 147, 196]), (230, nil, 50, [0, 49, 98, 147, 196, 229]),
            (99, 99, 50, [0, 49, 98]), (99, 98, 50, [0, 49, 98]), (148, 99, 50, [0, 49, 98, 147]),
            (197, 197, 50, [0, 49, 98, 147, 196]), (51, 51, 50, [0, 49]),
        ] as [(Int, Int64?, Int, [Int])]
    )
    func capped(_ count: Int, _ total: Int64?, _ cap: Int, _ offsets: [Int]) {
        let walk = Self.walk(count: count, pageSize: 100, total: total, cap: cap)
        #expect(walk.requests.map(\.offset) == offsets)
        #expect(walk.last == .fetch([]))
        #expect(walk.plan.isWhole && walk.plan.neighborsAgree)
        #expect(walk.seen.count == count)
    }

    @Test("The gap after a short page is requested")
    func gap() {
        var walk = Walk(pageSize: 10)
        guard case .fetch(let further) = walk.receive(Array(0..<10), total: 28, for: walk.plan.first) else {
            Issue.record("the first page was rejected")
            return
        }
        #expect(further.map(\.offset) == [9, 18, 27])
        #expect(walk.receive([27], total: 28, for: further[2]) == .fetch([]))
        let missing = Request(offset: 14, limit: 5, sharesFirst: true)
        #expect(walk.receive(Array(9..<15), total: 28, for: further[0]) == .fetch([missing]))
        #expect(walk.receive(Array(18..<28), total: 28, for: further[1]) == .fetch([]))
        #expect(!walk.plan.neighborsAgree)
        #expect(walk.receive(Array(14..<19), total: 28, for: missing) == .fetch([]))
        #expect(walk.plan.isWhole && walk.plan.neighborsAgree)
    }

    @Test("A list that would take too many short pages is rejected with the page size to set")
    func tooShort() {
        for total in [5_000, nil] as [Int64?] {
            let walk = Self.walk(count: 5_000, pageSize: 100, total: total, cap: 3)
            #expect(walk.last == .reject("page has 3 rows instead of 100; set poll.page_size: 3"))
            #expect(walk.requests.count < 60)
        }
        let single = Self.walk(count: 230, pageSize: 100, total: 230, cap: 1)
        #expect(single.last == .abandon("first page has 1 row instead of 100; set poll.page_size: 1"))
    }

    @Test(
        "A list that is longer than its total is read to its end",
        arguments: [
            (230, 100, 100), (230, 199, 100), (230, 10, 100), (150, 10, 100), (357, 100, 50), (5, 2, 2), (5, 1, 1),
        ]
            as [(Int, Int64, Int)])
    func beyondTotal(_ count: Int, _ total: Int64, _ pageSize: Int) {
        let walk = Self.walk(count: count, pageSize: pageSize, total: total)
        #expect(walk.last == .fetch([]))
        #expect(walk.seen.count == count)
        #expect(walk.plan.isWhole)
        #expect(walk.plan.neighborsAgree == (pageSize > 1))
    }

    @Test(
        "More rows than the total without a full last page make the listing incomplete",
        arguments: [(80, 50), (357, 356), (220, 199 + 10)] as [(Int, Int64)])
    func moreThanTotal(_ count: Int, _ total: Int64) {
        let walk = Self.walk(count: count, pageSize: 100, total: total)
        #expect(!walk.plan.isWhole)
        #expect(walk.plan.incompleteReason == "received \(count) endpoints, total is \(total)")
    }

    @Test(
        "Totals that are the number of rows of their page are ignored",
        arguments: [(100, 100), (230, 100), (199, 100), (4, 2)])
    func totalsOfPages(_ count: Int, _ pageSize: Int) {
        var walk = Walk(pageSize: pageSize)
        var waiting = [walk.plan.first]
        while !waiting.isEmpty {
            let request = waiting.removeFirst()
            let ids = Array(request.offset..<min(count, request.offset + request.limit))
            guard case .fetch(let further) = walk.receive(ids, total: Int64(ids.count), for: request) else { break }
            waiting += further
        }
        #expect(walk.last == .fetch([]))
        #expect(walk.plan.isWhole && walk.plan.neighborsAgree)
        #expect(walk.seen.count == count)
    }

    @Test(
        "An invalid total is rejected",
        arguments: [
            (-1, "invalid total -1"), (.min, "invalid total -9223372036854775808"),
            (1_001, "1001 endpoints exceed max_endpoints (1000)"),
            (.max, "9223372036854775807 endpoints exceed max_endpoints (1000)"),
        ] as [(Int64, String)]
    )
    func invalidTotal(_ total: Int64, _ reason: String) {
        let walk = Self.walk(count: 100, pageSize: 100, total: total, maxEndpoints: 1_000)
        #expect(walk.requests.count == 1)
        #expect(walk.last == .reject(reason))
    }

    @Test(
        "A list at the limit is accepted, one row more is rejected",
        arguments: [(100, 100), (100, 199), (100, 150), (2, 5), (1, 3)])
    func limit(_ pageSize: Int, _ limit: Int) {
        for total in [Int64(limit), nil] {
            let allowed = Self.walk(count: limit, pageSize: pageSize, total: total, maxEndpoints: limit)
            #expect(allowed.last == .fetch([]))
            #expect(allowed.plan.isWhole)
        }
        #expect(
            Self.walk(count: limit + 1, pageSize: pageSize, total: nil, maxEndpoints: limit).last
                == .reject("more endpoints than max_endpoints (\(limit))"))
    }

    @Test("An endless list is rejected after a bounded number of requests", arguments: [nil, 100] as [Int64?])
    func endless(_ total: Int64?) {
        let walk = Self.walk(count: .max, pageSize: 100, total: total, maxEndpoints: 10_000)
        #expect(walk.requests.count == 102)
        #expect(walk.last == .reject("more endpoints than max_endpoints (10000)"))
    }

    @Test("A page longer than requested is rejected", arguments: [0, 1])
    func tooLong(_ index: Int) {
        var walk = Walk(pageSize: 10)
        if index == 1 { _ = walk.receive(Array(0..<10), total: 18, for: walk.plan.first) }
        let request = Request(offset: index * 9, limit: 10, sharesFirst: index > 0)
        #expect(
            walk.receive(Array(request.offset..<request.offset + 11), total: 18, for: request)
                == .reject("page has 11 rows, limit is 10"))
    }

    @Test("An empty page before the end abandons the attempt")
    func emptyPage() {
        var walk = Walk(pageSize: 10)
        #expect(
            walk.receive([], total: 18, for: walk.plan.first) == .abandon("first page is empty, total is 18"))
        walk = Walk(pageSize: 10)
        let second = Request(offset: 9, limit: 10, sharesFirst: true)
        #expect(walk.receive(Array(0..<10), total: 18, for: walk.plan.first) == .fetch([second]))
        #expect(
            walk.receive([], total: 18, for: second)
                == .abandon("page at offset 9 has no new rows (rows: 0, total: 18)"))
        #expect(!walk.plan.neighborsAgree && !walk.plan.isWhole)
    }

    @Test("A page that repeats rows of other pages abandons the attempt")
    func repeats() {
        var walk = Walk(pageSize: 10)
        guard case .fetch(let further) = walk.receive(Array(0..<10), total: 300, for: walk.plan.first) else {
            Issue.record("the first page was rejected")
            return
        }
        #expect(
            walk.receive(Array(0..<10), total: 300, for: further[7])
                == .abandon("page at offset 72 has no new rows"))
        #expect(!walk.plan.isWhole)
    }

    @Test("A total that changes between pages abandons the attempt", arguments: [17, 20, nil] as [Int64?])
    func changedTotal(_ total: Int64?) {
        for first in [18, total] {
            var walk = Walk(pageSize: 10)
            guard case .fetch(let further) = walk.receive(Array(0..<10), total: first, for: walk.plan.first) else {
                Issue.record("the first page was rejected")
                continue
            }
            let other: Int64? = first == 18 ? total : 18
            let (before, after) = (first.map { "\($0)" } ?? "none", other.map { "\($0)" } ?? "none")
            #expect(
                walk.receive(Array(9..<18), total: other, for: further[0])
                    == .abandon("total changed from \(before) to \(after)"))
            #expect(!walk.plan.isWhole)
        }
    }

    @Test("Neighbors disagree if the shared row differs")
    func neighbors() {
        func agree(_ left: (String?, String?), _ right: (String?, String?)) -> Bool {
            func page(_ rows: Int, _ ids: (String?, String?)) -> PageShape {
                PageShape(
                    total: 12, rowCount: rows, firstID: ids.0.map { RecordID($0) },
                    lastID: ids.1.map { RecordID($0) },
                    malformedFields: 0)
            }
            var plan = ListingPlan(pageSize: 10, maxEndpoints: 1_000)
            let second = Request(offset: 9, limit: 10, sharesFirst: true)
            #expect(plan.receive(page(10, left), for: plan.first, rows: 10) == .fetch([second]))
            #expect(plan.receive(page(3, right), for: second, rows: 12) == .fetch([]))
            return plan.neighborsAgree
        }
        #expect(agree(("0", "9"), ("9", "11")))
        #expect(!agree(("0", "9"), ("8", "11")))
        #expect(!agree(("0", "9"), (nil, "11")))
        #expect(!agree(("0", nil), ("9", "11")))
        // Records without an ID are indistinguishable; only the number of rows counts.
        #expect(agree(("0", nil), (nil, "11")))
    }

    @Test("If pages disagree and the total can't be reached any more, the attempt is abandoned")
    func beyondRepair() {
        var walk = Walk(pageSize: 10)
        guard case .fetch(let further) = walk.receive(Array(0..<10), total: 27, for: walk.plan.first) else {
            Issue.record("the first page was rejected")
            return
        }
        // One row of 27 is missing, but the last page may have it.
        #expect(walk.receive(Array(10..<20), total: 27, for: further[0]) == .fetch([]))
        #expect(
            walk.receive([18, 19, 20, 21, 22, 23, 24, 5, 6], total: 27, for: further[1])
                == .abandon("page at offset 9 does not begin with the last row of the page at offset 0"))
        #expect(
            walk.plan.incompleteReason == "page at offset 9 does not begin with the last row of the page at offset 0")
    }

    @Test("Pages may arrive in any order; neighbors don't agree while a page is missing")
    func order() {
        var walk = Walk(pageSize: 10)
        guard case .fetch(let further) = walk.receive(Array(0..<10), total: 37, for: walk.plan.first) else {
            Issue.record("the first page was rejected")
            return
        }
        #expect(further.map(\.offset) == [9, 18, 27, 36])
        for request in further.reversed() {
            #expect(!walk.plan.neighborsAgree)
            let ids = Array(request.offset..<min(37, request.offset + 10))
            #expect(walk.receive(ids, total: 37, for: request) == .fetch([]))
        }
        #expect(walk.plan.isWhole && walk.plan.neighborsAgree)
    }

    @Test("Malformed fields of all pages are summed")
    func malformed() {
        var plan = ListingPlan(pageSize: 1, maxEndpoints: 10)
        for index in 0..<3 {
            let page = PageShape(total: nil, rowCount: index < 2 ? 1 : 0, malformedFields: index)
            _ = plan.receive(
                page, for: Request(offset: index, limit: 1, sharesFirst: false), rows: min(index + 1, 2))
        }
        #expect(plan.malformedFields == 3)
    }

    @Test(
        "The number of requests for the whole list follows from the first page",
        arguments: [
            (0, 0, 100, 1), (99, 99, 100, 1), (100, 100, 100, 2), (357, 357, 100, 4), (0, nil, 100, 1),
            (10, nil, 100, 2), (1, 1, 1, 2), (3, 3, 1, 8), (0, 0, 1, 1), (0, nil, 1, 1),
        ] as [(Int, Int64?, Int, Int)]
    )
    func expected(_ count: Int, _ total: Int64?, _ pageSize: Int, _ requests: Int) {
        var walk = Walk(pageSize: pageSize)
        _ = walk.receive(Array(0..<min(count, pageSize)), total: total, for: walk.plan.first)
        #expect(walk.plan.expectedRequests == requests)
        #expect(walk.plan.isFirstPageWhole == (count <= pageSize))
    }
}
