// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

/// Unchanging lists of a service with wrong totals and arbitrary page lengths.
@Suite("Lists of an unreliable service")
struct RowListerHostileListTests {
    enum Totals: CaseIterable, Sendable {
        case right, missing, null, zero, half, larger, ofPage, negative, changing

        func text(count: Int, page: Int, offset: Int) -> String? {
            switch self {
            case .right: String(count)
            case .missing: nil
            case .null: "null"
            case .zero: "0"
            case .half: String(count / 2)
            case .larger: String(count + 37)
            case .ofPage: String(page)
            case .negative: "-1"
            case .changing: String(count + offset)
            }
        }
    }

    enum Pages: CaseIterable, Sendable {
        case full, capped, uneven, longer, emptyInTheMiddle, endless, repeated

        func numbers(count: Int, offset: Int, limit: Int, pageSize: Int) -> Range<Int> {
            let from = min(offset, count)
            switch self {
            case .full: return from..<min(count, offset + limit)
            case .capped: return from..<min(count, offset + min(limit, max(1, pageSize / 2)))
            case .uneven: return from..<min(count, offset + min(limit, max(2, pageSize - offset % 80)))
            case .longer: return from..<min(count, offset + limit + 5)
            case .emptyInTheMiddle: return offset == 0 ? 0..<min(count, limit) : count..<count
            case .endless: return offset..<offset + limit
            case .repeated: return 0..<min(count, limit)
            }
        }
    }

    private static let maximum = 400

    /// The upper bound of requests that ``ListingPlan`` guarantees for any responses.
    private static func bound(pageSize: Int) -> Int {
        let pages = 12 * ListingPlan.requests(rows: maximum + pageSize, pageSize: pageSize) + 16
        return min(4 * pages, 3 * pages + 32)
    }

    @Test(
        "Every combination results in a complete listing or a failure, in a bounded number of requests",
        arguments: Totals.allCases, Pages.allCases)
    func combinations(_ totals: Totals, _ pages: Pages) async {
        let small = [0, 1, 2, 3, 7, 30]
        let sizes = [(1, small), (2, small), (3, small), (100, [0, 1, 99, 100, 101, 199, 200, 230, 333])]
        for (pageSize, counts) in sizes {
            for count in counts {
                let transport = FakeTransport { request, _ in
                    let (offset, limit) = (Self.number("offset", request.url), Self.number("limit", request.url))
                    let numbers = pages.numbers(count: count, offset: offset, limit: limit, pageSize: pageSize)
                    let total = totals.text(count: count, page: numbers.count, offset: offset)
                    return .response(200, Self.page(numbers.map(SimulatedList.record), total: total))
                }
                let source = Source(transport, pageSize: pageSize, maxEndpoints: Self.maximum)
                let outcome = await source.list()
                let comment = "\(count) rows, pages of \(pageSize)"
                #expect(transport.requests.count <= Self.bound(pageSize: pageSize), "\(comment)")
                let first = pages.numbers(count: count, offset: 0, limit: pageSize, pageSize: pageSize).count
                let firstTotal = totals.text(count: count, page: first, offset: 0)
                if let ids = outcome.ids {
                    // A short first page whose total is its number of rows is indistinguishable from a whole list. So
                    // is an empty page from the end if pages share no row and have no correct total.
                    let isMisleading =
                        first < pageSize && firstTotal == String(first) && first < count
                        || pageSize == 1 && pages == .emptyInTheMiddle && firstTotal != String(count)
                    if !isMisleading { #expect(ids == SimulatedList.ids(0..<count), "\(comment)") }
                    #expect(pages != .endless)
                } else {
                    #expect(outcome.failure?.message.isEmpty == false)
                }
                if Self.mustSucceed(totals, pages, pageSize) { #expect(outcome.ids != nil, "\(comment)") }
            }
        }
    }

    private static func mustSucceed(_ totals: Totals, _ pages: Pages, _ pageSize: Int) -> Bool {
        switch (totals, pages) {
        case (.right, .full), (.missing, .full), (.null, .full), (.ofPage, .full): true
        case (.right, .capped), (.missing, .capped), (.null, .capped): pageSize == 1 || pageSize == 100
        case (.right, .uneven), (.missing, .uneven), (.null, .uneven): pageSize == 100
        default: false
        }
    }

    @Test("Random responses result in a bounded number of requests", arguments: 0..<150)
    func randomAnswers(_ seed: Int) async {
        let pageSize = [1, 2, 3, 10, 100][seed % 5]
        let transport = FakeTransport { request, number in
            var random = Numbers(state: UInt64(seed) &* 1_000_003 &+ UInt64(number))
            let (offset, limit) = (Self.number("offset", request.url), Self.number("limit", request.url))
            let rows = random.next(10) == 0 ? random.next(limit + 1) : limit
            let from = [offset, offset, offset, offset, random.next(300), number * 100][random.next(6)]
            var numbers = Array(from..<from + rows)
            if random.next(8) == 0 { numbers.reverse() }
            let total = [200, 200, 200, rows, pageSize, random.next(400)][random.next(seed % 3 == 0 ? 1 : 6)]
            return .response(
                200, Self.page(numbers.map(SimulatedList.record), total: seed % 7 == 0 ? nil : String(total)))
        }
        let source = Source(transport, pageSize: pageSize, maxEndpoints: Self.maximum)
        _ = await source.list()
        #expect(transport.requests.count <= Self.bound(pageSize: pageSize))
    }

    @Test("A list in a random order for each page is complete or fails", arguments: 0..<60)
    func randomOrder(_ seed: Int) async {
        let (pageSize, count) = ([2, 3, 10][seed % 3], 1 + seed)
        let transport = FakeTransport { request, number in
            var random = Numbers(state: UInt64(seed) &* 1_000_003 &+ UInt64(number))
            let (offset, limit) = (Self.number("offset", request.url), Self.number("limit", request.url))
            var order = Array(0..<count)
            for index in order.indices where random.next(4) == 0 { order.swapAt(index, random.next(count)) }
            let page = order.dropFirst(offset).prefix(limit).map(SimulatedList.record)
            return .response(200, Self.page(page, total: String(count)))
        }
        let source = Source(transport, pageSize: pageSize, maxEndpoints: Self.maximum)
        let outcome = await source.list()
        if let ids = outcome.ids { #expect(ids == SimulatedList.ids(0..<count)) }
        // Pages are as long as requested.
        let pages = ListingPlan.requests(rows: count, pageSize: pageSize) + 1
        #expect(transport.requests.count <= min(4 * pages, 3 * pages + 32))
    }

    private static func page(_ records: [String], total: String?) -> String {
        "{" + (total.map { "\"total\":\($0)," } ?? "") + "\"endpoints\":[" + records.joined(separator: ",") + "]}"
    }

    private static func number(_ name: String, _ url: String) -> Int {
        url.split(separator: "?").last?.split(separator: "&").first { $0.hasPrefix(name + "=") }
            .flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
    }

    /// A random number generator with a seed (SplitMix64).
    private struct Numbers {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return Int((mixed ^ mixed >> 31) % UInt64(max(1, bound)))
        }
    }
}
