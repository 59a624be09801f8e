// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport
import Testing

@testable import FabricAPI

@Suite("Lists that change while they are listed")
struct ShiftingListTests {
    private static let inconsistent = APIFailure(.inconsistent, "pages shifted under 4 listings in a row")

    @Test(
        "A row deleted or inserted between two pages is noticed, and the list is listed once more",
        arguments: [
            { $0.records.removeFirst() }, { $0.records.remove(at: 50) }, { $0.records.removeLast() },
            { $0.records.insert(SimulatedList.record(357), at: 0) }, { $0.records.append(SimulatedList.record(357)) },
            { $0.records.removeLast(300) }, { $0.records.removeAll() },
        ] as [@Sendable (inout SimulatedList.State) -> Void]
    )
    func shiftOnce(_ change: @escaping @Sendable (inout SimulatedList.State) -> Void) async {
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

    @Test("One row deleted early and one added at the end leave the total, and are noticed all the same")
    func foolsTotals() async {
        let list = SimulatedList(357) { state, offset in
            guard offset == 0, state.listings == 1 else { return }
            state.records.removeFirst()
            state.records.append(SimulatedList.record(357))
        }
        let outcome = await Source(list.transport()).list()
        #expect(outcome.ids == SimulatedList.ids(1..<358))
        #expect(outcome.relists == 1)
    }

    @Test("An order that moves within pages is accepted after two listings with the same ids")
    func orderMovesWithinPages() async {
        let list = SimulatedList(
            21,
            serve: { state, offset, limit in
                // The shared rows change places with their neighbours, the ids of all pages stay whole.
                var records = state.records
                if offset > 0, offset + 1 < records.count { records.swapAt(offset, offset + 1) }
                return records.dropFirst(offset).prefix(limit)
            })
        let outcome = await Source(list.transport(), pageSize: 10).list()
        #expect(outcome.ids == SimulatedList.ids(0..<21))
        #expect(outcome.relists == 1)
        #expect(list.listings == 2)
    }

    @Test("Where neighbours disagree, other ids than in the listing before are not accepted")
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
        // The order in which pages 1 and 2 are served is open, what ends up in the list is not.
        #expect(outcome.ids == SimulatedList.ids(0..<20) + [SimulatedList.id(102)])
        #expect(outcome.relists == 3)
    }

    @Test("A list that shifts without end fails after three relists")
    func endlessShifts() async {
        let list = SimulatedList(357) { state, offset in
            guard offset == 0 else { return }
            state.records.removeFirst()
            state.records.append(SimulatedList.record(1_000 + state.listings))
        }
        let source = Source(list.transport())
        let outcome = await source.list()
        #expect(outcome.failure == Self.inconsistent)
        #expect(outcome.relists == 3)
        #expect(list.listings == 4)
        #expect(source.transport.requests.count <= 16)
    }

    @Test(
        "A total that lies fails as inconsistent, in a bounded number of requests",
        arguments: [(357, "356", 16), (357, "358", 16), (357, "10", 4), (357, "10000", 412), (5, "6", 4), (5, "0", 4)])
    func lyingTotal(_ count: Int, _ total: String, _ requests: Int) async {
        let source = Source(SimulatedList(count, total: total).transport())
        let outcome = await source.list()
        #expect(outcome.failure == Self.inconsistent)
        #expect(outcome.relists == 3)
        #expect(source.transport.requests.count <= requests)
    }

    @Test("A total that changes with every page fails as inconsistent")
    func changingTotal() async {
        let list = SimulatedList(357, total: "357") { state, _ in
            state.total = String((Int(state.total ?? "") ?? 0) + 1)
        }
        #expect(await Source(list.transport()).list().failure == Self.inconsistent)
    }

    @Test(
        "A total beyond the limit or below zero is refused at once",
        arguments: [
            ("10001", "10001 endpoints, more than max_endpoints (10000)"), ("-1", "a total of -1"),
            ("1e400", "9223372036854775807 endpoints, more than max_endpoints (10000)"),
        ])
    func refusedTotal(_ total: String, _ message: String) async {
        let source = Source(SimulatedList(10, total: total).transport())
        let outcome = await source.list()
        #expect(outcome.failure == APIFailure(.response, message))
        #expect(outcome.relists == 0)
        #expect(source.transport.requests.count == 1)
    }

    @Test("An endless list is refused once it is longer than allowed")
    func endless() async {
        let list = SimulatedList(
            0, total: "", serve: { _, offset, limit in ArraySlice((offset..<offset + limit).map(SimulatedList.record)) }
        )
        let source = Source(list.transport())
        #expect(
            await source.list().failure == APIFailure(.response, "more endpoints than max_endpoints (10000)"))
        #expect(source.transport.requests.count == 102)
    }

    @Test("A service that ignores offsets and totals is listed within bounds")
    func ignoredOffset() async {
        let list = SimulatedList(100, total: "", serve: { state, _, _ in state.records[...] })
        let source = Source(list.transport())
        #expect(await source.list().failure?.reason == .response)
        #expect(source.transport.requests.count == 102)
    }

    @Test("A service that ignores the limit is refused")
    func ignoredLimit() async {
        let list = SimulatedList(357, serve: { state, _, _ in state.records[...] })
        let source = Source(list.transport())
        #expect(
            await source.list().failure
                == APIFailure(.response, "a page of 357 rows where 100 were asked for"))
        #expect(source.transport.requests.count == 1)
    }

    @Test("A service that gives shorter pages than asked fails as inconsistent")
    func shortPages() async {
        let list = SimulatedList(357, serve: { state, offset, _ in state.records.dropFirst(offset).prefix(10) })
        #expect(await Source(list.transport()).list().failure == Self.inconsistent)
    }

    @Test("Rows that come twice count once")
    func repeated() async throws {
        let list = SimulatedList(
            5, total: "5", serve: { state, _, _ in state.records + state.records[0...2] })
        let listing = try await Source(list.transport()).list().result.get()
        #expect(listing.fold.rows.map(\.id.text) == SimulatedList.ids(0..<5))
        #expect(listing.endpoints == 5)
    }
}
