// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Fabric

@Suite("Lists that change while they are read")
struct RowListerChangingListTests {
    /// Returns why the last of four listings was incomplete; nil for other failures.
    private static func incompleteReason(_ outcome: ListingOutcome<IDFold>) -> String? {
        let start = "4 consecutive reads of the list were incomplete; last: "
        guard let failure = outcome.failure, failure.reason == .inconsistent, failure.message.hasPrefix(start) else {
            return nil
        }
        return String(failure.message.dropFirst(start.count))
    }

    @Test(
        "A row deleted or inserted between two pages is detected, and the list is relisted",
        arguments: [
            { $0.records.removeFirst() }, { $0.records.remove(at: 50) }, { $0.records.removeLast() },
            { $0.records.insert(SimulatedList.record(357), at: 0) }, { $0.records.append(SimulatedList.record(357)) },
            { $0.records.removeLast(300) }, { $0.records.removeAll() },
        ] as [@Sendable (inout SimulatedList.State) -> Void]
    )
    func changedOnce(_ change: @escaping @Sendable (inout SimulatedList.State) -> Void) async {
        let list = SimulatedList(357) { state, offset in
            if offset == 0, state.listings == 1 { change(&state) }
        }
        var expected = SimulatedList.State(records: (0..<357).map(SimulatedList.record))
        change(&expected)
        let outcome = await Source(list.transport()).list()
        #expect(outcome.ids == expected.records.map { String($0.dropFirst(7).dropLast(2)) }.sorted())
        #expect(outcome.relists == 1)
        #expect(list.listings == 2)
    }

    @Test("A deleted and an added row are detected although the total stays the same")
    func unchangedTotal() async {
        let list = SimulatedList(357) { state, offset in
            guard offset == 0, state.listings == 1 else { return }
            state.records.removeFirst()
            state.records.append(SimulatedList.record(357))
        }
        let outcome = await Source(list.transport()).list()
        #expect(outcome.ids == SimulatedList.ids(1..<358))
        #expect(outcome.relists == 1)
    }

    @Test("A changing order is accepted after two listings with the same IDs")
    func changedOrder() async {
        let list = SimulatedList(
            21,
            serve: { state, offset, limit in
                // Shared rows are swapped with their neighbors; no page misses an ID.
                var records = state.records
                if offset > 0, offset + 1 < records.count { records.swapAt(offset, offset + 1) }
                return records.dropFirst(offset).prefix(limit)
            })
        let outcome = await Source(list.transport(), pageSize: 10).list()
        #expect(outcome.ids == SimulatedList.ids(0..<21))
        #expect(outcome.relists == 1)
        #expect(list.listings == 2)
    }

    @Test("If neighbors disagree, other IDs than in the previous listing are not accepted")
    func otherIDs() async {
        let list = SimulatedList(
            21,
            afterPage: { state, offset in
                guard offset == 18, state.listings < 3 else { return }
                state.records[20] = SimulatedList.record(100 + state.listings)
            },
            serve: { state, offset, limit in
                var records = state.records
                if offset > 0, offset + 1 < records.count { records.swapAt(offset, offset + 1) }
                return records.dropFirst(offset).prefix(limit)
            })
        let outcome = await Source(list.transport(), slots: 1, pageSize: 10).list()
        // The order of pages 1 and 2 is undefined, the resulting list is not.
        #expect(outcome.ids == SimulatedList.ids(0..<20) + [SimulatedList.id(102)])
        #expect(outcome.relists == 3)
    }

    @Test("A list that keeps changing fails after three relists")
    func endlessChanges() async {
        let list = SimulatedList(357) { state, offset in
            guard offset == 0 else { return }
            state.records.removeFirst()
            state.records.append(SimulatedList.record(1_000 + state.listings))
        }
        let source = Source(list.transport())
        let outcome = await source.list()
        #expect(Self.incompleteReason(outcome) == "received 358 endpoints, total is 357")
        #expect(outcome.relists == 3)
        #expect(list.listings == 4)
        #expect(source.transport.requests.count <= 16)
    }

    @Test(
        "A wrong total fails as inconsistent, in a bounded number of requests",
        arguments: [
            (357, "356", 16, "received 357 endpoints, total is 356"),
            (357, "358", 20, "page at offset 356 has no new rows (rows: 1, total: 358)"),
            (357, "10000", 80, nil), (5, "6", 8, "page at offset 4 has no new rows (rows: 1, total: 6)"),
            (5, "0", 4, "received 5 endpoints, total is 0"),
        ] as [(Int, String, Int, String?)])
    func wrongTotal(_ count: Int, _ total: String, _ requests: Int, _ reason: String?) async {
        let source = Source(SimulatedList(count, total: total).transport())
        let outcome = await source.list()
        #expect(Self.incompleteReason(outcome) != nil)
        if let reason { #expect(Self.incompleteReason(outcome) == reason) }
        #expect(outcome.relists == 3)
        #expect(source.transport.requests.count <= requests)
    }

    @Test("A total that changes with every page fails as inconsistent")
    func changingTotal() async {
        let list = SimulatedList(357, total: "357") { state, _ in
            state.total = String((Int(state.total ?? "") ?? 0) + 1)
        }
        #expect(Self.incompleteReason(await Source(list.transport()).list())?.hasPrefix("total changed from ") == true)
    }

    @Test(
        "A total beyond the limit or below 0 is rejected at once",
        arguments: [
            ("10001", "10001 endpoints exceed max_endpoints (10000)"), ("-1", "invalid total -1"),
            ("1e400", "9223372036854775807 endpoints exceed max_endpoints (10000)"),
        ])
    func rejectedTotal(_ total: String, _ message: String) async {
        let source = Source(SimulatedList(10, total: total).transport())
        let outcome = await source.list()
        #expect(outcome.failure == APIFailure(.response, message))
        #expect(outcome.relists == 0)
        #expect(source.transport.requests.count == 1)
    }

    @Test("An endless list is rejected once it exceeds the limit")
    func endless() async {
        let list = SimulatedList(
            0, total: "", serve: { _, offset, limit in ArraySlice((offset..<offset + limit).map(SimulatedList.record)) }
        )
        let source = Source(list.transport())
        #expect(
            await source.list().failure == APIFailure(.response, "more endpoints than max_endpoints (10000)"))
        #expect(source.transport.requests.count == 102)
    }

    @Test("A service that ignores offsets fails after a bounded number of requests")
    func ignoredOffset() async {
        let list = SimulatedList(100, total: "", serve: { state, _, _ in state.records[...] })
        let source = Source(list.transport())
        #expect(Self.incompleteReason(await source.list()) == "page at offset 99 has no new rows")
        #expect(source.transport.requests.count == 8)
    }

    @Test("Pages of a service that ignores the limit are rejected")
    func ignoredLimit() async {
        let list = SimulatedList(357, serve: { state, _, _ in state.records[...] })
        let source = Source(list.transport())
        #expect(
            await source.list().failure
                == APIFailure(.response, "page has 357 rows, limit is 100"))
        #expect(source.transport.requests.count == 1)
    }

    @Test(
        "A list in capped pages is complete without a relist, with or without a total",
        arguments: [(230, 50, nil, 5), (230, 50, "", 6), (357, 10, nil, 40), (357, 10, "", 41), (333, 99, nil, 4)]
            as [(Int, Int, String?, Int)])
    func cappedPages(_ count: Int, _ cap: Int, _ total: String?, _ requests: Int) async {
        let list = SimulatedList(
            count, total: total,
            serve: { state, offset, limit in state.records.dropFirst(offset).prefix(min(limit, cap)) })
        let source = Source(list.transport())
        let outcome = await source.list()
        #expect(outcome.ids == SimulatedList.ids(0..<count))
        #expect(outcome.relists == 0)
        #expect(source.transport.requests.count == requests)
    }

    @Test("Pages that are much too short are rejected with the page size to set")
    func tinyPages() async {
        let list = SimulatedList(
            4_000, serve: { state, offset, _ in state.records.dropFirst(offset).prefix(3) })
        let source = Source(list.transport())
        #expect(
            await source.list().failure
                == APIFailure(.response, "page has 3 rows instead of 100; set poll.page_size: 3"))
        #expect(source.transport.requests.count <= 3)
        let single = SimulatedList(230, serve: { state, offset, _ in state.records.dropFirst(offset).prefix(1) })
        #expect(
            Self.incompleteReason(await Source(single.transport()).list())
                == "first page has 1 row instead of 100; set poll.page_size: 1")
    }

    @Test(
        "A list that is longer than its total is read to its end",
        arguments: [(230, "100"), (357, "10"), (230, "199")])
    func longerThanTotal(_ count: Int, _ total: String) async {
        let outcome = await Source(SimulatedList(count, total: total).transport()).list()
        #expect(outcome.ids == SimulatedList.ids(0..<count))
        #expect(outcome.relists == 0)
    }

    @Test("A page that differs in each listing costs little more than two listings")
    func differingPage() async {
        let list = SimulatedList(
            11_300,
            serve: { state, offset, limit in
                guard offset == 990 else { return state.records.dropFirst(offset).prefix(limit) }
                return ArraySlice((0..<limit).map { SimulatedList.record(20_000 + state.listings * 1_000 + $0) })
            })
        let source = Source(list.transport(), maxEndpoints: 100_000)
        let outcome = await source.list()
        #expect(outcome.failure?.reason == .inconsistent)
        #expect(source.transport.requests.count <= 2 * 115 + 32 + 16)
    }

    @Test("A page that repeats the rows of another abandons each attempt at once")
    func repeatedPage() async {
        let list = SimulatedList(
            11_300,
            serve: { state, offset, limit in state.records.dropFirst(offset == 198 ? 99 : offset).prefix(limit) })
        let source = Source(list.transport(), maxEndpoints: 100_000)
        #expect(Self.incompleteReason(await source.list()) != nil)
        #expect(source.transport.requests.count <= 4 * (1 + 16))
    }

    @Test("Repeated rows count once")
    func repeated() async throws {
        let list = SimulatedList(
            5, total: "5", serve: { state, _, _ in state.records + state.records[0...2] })
        let listing = try await Source(list.transport()).list().result.get()
        #expect(listing.fold.ids == SimulatedList.ids(0..<5))
        #expect(listing.rows == 5)
    }
}
