// SPDX-License-Identifier: Apache-2.0
import FabricModel
import Testing

@testable import FabricAPI

@Suite("The plan of a listing")
struct ListingPlanTests {
    typealias Request = ListingPlan.Request

    /// The page that holds rows `offset..<offset + limit` of a list of `count` rows.
    static func page(_ request: Request, of count: Int, total: Int64?) -> PageShape {
        let end = min(count, request.offset + request.limit)
        guard request.offset < end else { return PageShape(total: total, rowCount: 0, malformedFields: 0) }
        return PageShape(
            total: total, rowCount: end - request.offset, firstID: EndpointID("\(request.offset)"),
            lastID: EndpointID("\(end - 1)"), malformedFields: 0)
    }

    /// Walks a list of `count` rows to its end; the requests in their order, and the plan.
    static func walk(
        count: Int, pageSize: Int, total: Int64?, maxEndpoints: Int = 100_000
    ) -> (requests: [Request], last: ListingPlan.Step, plan: ListingPlan) {
        var plan = ListingPlan(pageSize: pageSize, maxEndpoints: maxEndpoints)
        var waiting = [plan.first]
        var requests: [Request] = []
        var last = ListingPlan.Step.fetch([])
        while !waiting.isEmpty {
            let request = waiting.removeFirst()
            requests.append(request)
            last = plan.receive(page(request, of: count, total: total), for: request)
            guard case .fetch(let further) = last else { break }
            waiting += further
        }
        return (requests, last, plan)
    }

    @Test(
        "Pages overlap by one row and end with the list",
        arguments: [
            (0, 100, [0]), (1, 100, [0]), (10, 100, [0]), (99, 100, [0]), (100, 100, [0]), (101, 100, [0, 99]),
            (199, 100, [0, 99]), (200, 100, [0, 99, 198]), (357, 100, [0, 99, 198, 297]),
            (0, 2, [0]), (1, 2, [0]), (2, 2, [0]), (3, 2, [0, 1]), (10, 2, Array(0...8)),
            (0, 1, [0]), (1, 1, [0]), (2, 1, [0, 1]), (10, 1, Array(0...9)),
        ] as [(Int, Int, [Int])]
    )
    func offsets(_ count: Int, _ pageSize: Int, _ offsets: [Int]) {
        let (requests, last, plan) = Self.walk(count: count, pageSize: pageSize, total: Int64(count))
        #expect(
            requests
                == offsets.enumerated().map { Request(index: $0.offset, offset: $0.element, limit: pageSize) })
        #expect(last == .fetch([]))
        #expect(plan.isWhole(distinct: count, skipped: 0))
        #expect(plan.neighboursAgree == (pageSize > 1 || count <= 1))
    }

    @Test(
        "Without a total pages are walked until a short one",
        arguments: [
            (0, 100, [0]), (10, 100, [0]), (99, 100, [0]), (100, 100, [0, 99]), (101, 100, [0, 99]),
            (199, 100, [0, 99, 198]), (357, 100, [0, 99, 198, 297]), (3, 2, [0, 1, 2]), (0, 1, [0]),
            (2, 1, [0, 1, 2]),
        ] as [(Int, Int, [Int])]
    )
    func walked(_ count: Int, _ pageSize: Int, _ offsets: [Int]) {
        let (requests, last, plan) = Self.walk(count: count, pageSize: pageSize, total: nil)
        #expect(requests.map(\.offset) == offsets)
        #expect(last == .fetch([]))
        #expect(plan.isWhole(distinct: count, skipped: 0))
        #expect(plan.neighboursAgree == (pageSize > 1 || count < 1))
    }

    @Test(
        "A total that no listing can have is refused",
        arguments: [
            (-1, "a total of -1"), (.min, "a total of -9223372036854775808"),
            (1_001, "1001 endpoints, more than max_endpoints (1000)"),
            (.max, "9223372036854775807 endpoints, more than max_endpoints (1000)"),
        ] as [(Int64, String)]
    )
    func refused(_ total: Int64, _ why: String) {
        let (requests, last, _) = Self.walk(count: 100, pageSize: 100, total: total, maxEndpoints: 1_000)
        #expect(requests.count == 1)
        #expect(last == .refuse(why))
    }

    @Test(
        "As many endpoints as allowed are listed, one more is refused",
        arguments: [(100, 100), (100, 199), (100, 150), (2, 5), (1, 3)])
    func limit(_ pageSize: Int, _ limit: Int) {
        for total in [Int64(limit), nil] {
            let allowed = Self.walk(count: limit, pageSize: pageSize, total: total, maxEndpoints: limit)
            #expect(allowed.last == .fetch([]))
            #expect(allowed.plan.isWhole(distinct: limit, skipped: 0))
        }
        #expect(
            Self.walk(count: limit + 1, pageSize: pageSize, total: nil, maxEndpoints: limit).last
                == .refuse("more endpoints than max_endpoints (\(limit))"))
    }

    @Test("An endless list without a total is refused in a bounded number of requests")
    func endless() {
        let (requests, last, _) = Self.walk(count: .max, pageSize: 100, total: nil, maxEndpoints: 10_000)
        #expect(requests.count == 102)
        #expect(last == .refuse("more endpoints than max_endpoints (10000)"))
    }

    @Test("A page longer than asked is refused", arguments: [0, 1])
    func tooLong(_ index: Int) {
        var plan = ListingPlan(pageSize: 10, maxEndpoints: 1_000)
        if index == 1 { _ = plan.receive(Self.page(plan.first, of: 19, total: 19), for: plan.first) }
        let request = Request(index: index, offset: index * 9, limit: 10)
        let page = PageShape(
            total: 19, rowCount: 11, firstID: EndpointID("9"), lastID: EndpointID("19"), malformedFields: 0)
        #expect(plan.receive(page, for: request) == .refuse("a page of 11 rows where 10 were asked for"))
    }

    @Test("An empty page before the end means that the pages shifted")
    func emptyPage() {
        var plan = ListingPlan(pageSize: 10, maxEndpoints: 1_000)
        let empty = PageShape(total: 19, rowCount: 0, malformedFields: 0)
        #expect(plan.receive(empty, for: plan.first) == .shifted)
        plan = ListingPlan(pageSize: 10, maxEndpoints: 1_000)
        let second = Request(index: 1, offset: 9, limit: 10)
        #expect(plan.receive(Self.page(plan.first, of: 19, total: 19), for: plan.first) == .fetch([second]))
        #expect(plan.receive(empty, for: second) == .shifted)
        #expect(!plan.neighboursAgree)
    }

    @Test("A total that changes between pages means that they shifted", arguments: [18, 20, nil] as [Int64?])
    func changedTotal(_ total: Int64?) {
        for first in [19, total] {
            var plan = ListingPlan(pageSize: 10, maxEndpoints: 1_000)
            guard case .fetch(let further) = plan.receive(Self.page(plan.first, of: 19, total: first), for: plan.first)
            else {
                Issue.record("the first page was refused")
                continue
            }
            let other: Int64? = first == 19 ? total : 19
            #expect(plan.receive(Self.page(further[0], of: 19, total: other), for: further[0]) == .shifted)
        }
    }

    @Test("Neighbours disagree when the shared row differs, or a page before the last is short")
    func neighbours() {
        func agree(_ left: PageShape, _ right: PageShape) -> Bool {
            var plan = ListingPlan(pageSize: 10, maxEndpoints: 1_000)
            let second = Request(index: 1, offset: 9, limit: 10)
            #expect(plan.receive(left, for: plan.first) == .fetch([second]))
            #expect(plan.receive(right, for: second) == .fetch([]))
            return plan.neighboursAgree
        }
        func page(_ rows: Int, _ first: String?, _ last: String?) -> PageShape {
            PageShape(
                total: 12, rowCount: rows, firstID: first.map { EndpointID($0) }, lastID: last.map { EndpointID($0) },
                malformedFields: 0)
        }
        #expect(agree(page(10, "0", "9"), page(3, "9", "11")))
        #expect(!agree(page(10, "0", "9"), page(3, "8", "11")))
        #expect(!agree(page(10, "0", "9"), page(3, nil, "11")))
        #expect(!agree(page(10, "0", nil), page(3, "9", "11")))
        #expect(!agree(page(9, "0", "9"), page(3, "9", "11")))
        // Records without an id can't be told apart; the count decides.
        #expect(agree(page(10, "0", nil), page(3, nil, "11")))
    }

    @Test("Pages may arrive in any order; one that is missing is no agreement")
    func order() {
        var plan = ListingPlan(pageSize: 10, maxEndpoints: 1_000)
        guard case .fetch(let further) = plan.receive(Self.page(plan.first, of: 37, total: 37), for: plan.first) else {
            Issue.record("the first page was refused")
            return
        }
        #expect(further.map(\.offset) == [9, 18, 27])
        for request in further.reversed() {
            #expect(plan.receive(Self.page(request, of: 37, total: 37), for: request) == .fetch([]))
        }
        #expect(plan.neighboursAgree)
    }

    @Test("Distinct ids and skipped records must equal the total")
    func whole() {
        let (_, _, plan) = Self.walk(count: 37, pageSize: 10, total: 37)
        #expect(
            [(37, 0), (30, 7), (36, 0), (37, 1), (38, 0)].map { plan.isWhole(distinct: $0.0, skipped: $0.1) }
                == [true, true, false, false, false])
    }

    @Test("Malformed fields of all pages are added up")
    func malformed() {
        var plan = ListingPlan(pageSize: 1, maxEndpoints: 10)
        for index in 0..<3 {
            let page = PageShape(
                total: nil, rowCount: index < 2 ? 1 : 0, malformedFields: index)
            _ = plan.receive(page, for: Request(index: index, offset: index, limit: 1))
        }
        #expect(plan.malformedFields == 3)
    }
}
