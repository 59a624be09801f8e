// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport
import Testing
import Transport

@testable import FabricAPI

@Suite("Who may exchange next")
struct SlotLedgerTests {
    private static let a = SlotLedger.Lane(source: "a", isSuspect: false)
    private static let b = SlotLedger.Lane(source: "b", isSuspect: false)
    private static let suspect = SlotLedger.Lane(source: "a", isSuspect: true)

    private static func ledger(_ capacity: Int, _ sources: String...) -> Ledger {
        let ledger = Ledger(SlotLedger(capacity: capacity))
        for source in sources { ledger.value.register(source) }
        return ledger
    }

    /// Whether each of `tickets` has a slot at once.
    private static func ask(
        _ ledger: Ledger, _ tickets: ClosedRange<UInt64>, _ lane: SlotLedger.Lane
    ) -> [Bool] {
        tickets.map { ledger.ask($0, lane) }
    }

    @Test("One source may have all slots; where there are others, one is left for each of them")
    func sources() {
        let alone = Self.ledger(4, "a")
        #expect(Self.ask(alone, 1...5, Self.a) == [true, true, true, true, false])
        let two = Self.ledger(4, "a", "b")
        #expect(Self.ask(two, 1...4, Self.a) == [true, true, true, false])
        #expect(two.ask(5, Self.b))
        #expect(two.value.total == 4)
        // A source that leaves gives its share back.
        two.value.unregister("b")
        #expect(two.release(Self.b) == [4])
    }

    @Test("More sources than slots have one each at a time, in the order of asking")
    func manySources() {
        let ledger = Self.ledger(2, "a", "b", "c")
        #expect(ledger.ask(1, Self.a))
        #expect(!ledger.ask(2, Self.a))
        #expect(ledger.ask(3, Self.b))
        #expect(!ledger.ask(4, SlotLedger.Lane(source: "c", isSuspect: false)))
        #expect(!ledger.ask(5, Self.b))
        #expect(ledger.release(Self.a) == [2])
        #expect(ledger.release(Self.a) == [4])
        #expect(ledger.release(Self.b) == [5])
    }

    @Test("Suspects never hold more than half, and come last")
    func suspects() {
        let ledger = Self.ledger(4, "a")
        #expect(Self.ask(ledger, 1...3, Self.suspect) == [true, true, false])
        #expect(Self.ask(ledger, 4...6, Self.a) == [true, true, false])
        #expect(ledger.release(Self.suspect) == [6])
        #expect(ledger.release(Self.a) == [3])
        // With a single slot the half is that slot.
        let one = Self.ledger(1, "a")
        #expect(one.ask(1, Self.suspect))
        #expect(!one.ask(2, Self.suspect))
        #expect(!one.ask(3, Self.a))
        #expect(one.release(Self.suspect) == [3])
        #expect(one.release(Self.a) == [2])
    }

    @Test("Who gave up waiting is passed over, and can't give up twice")
    func cancelled() {
        let ledger = Self.ledger(1, "a")
        #expect(ledger.ask(1, Self.a))
        #expect(!ledger.ask(2, Self.a))
        #expect(!ledger.ask(3, Self.a))
        #expect(ledger.cancel(2, Self.a))
        #expect(!ledger.cancel(2, Self.a))
        #expect(!ledger.cancel(1, Self.a))
        #expect(ledger.release(Self.a) == [3])
        #expect(ledger.release(Self.a) == [])
        #expect(ledger.value.total == 0)
    }

    @Test("More slots serve who waits; fewer take none away")
    func resized() {
        let ledger = Self.ledger(2, "a")
        #expect(Self.ask(ledger, 1...5, Self.a) == [true, true, false, false, false])
        #expect(ledger.resize(to: 4) == [3, 4])
        #expect(ledger.resize(to: 1) == [])
        #expect(ledger.value.total == 4)
        for _ in 1...3 { #expect(ledger.release(Self.a) == []) }
        #expect(ledger.release(Self.a) == [5])
        #expect(ledger.resize(to: 0) == [])
        #expect(ledger.value.capacity == 1)
    }

    @Test(
        "Suspects that never let go delay nobody: all others are served in the order of asking",
        arguments: [1, 2, 3, 16, 64])
    func hanging(capacity: Int) {
        let ledger = Self.ledger(capacity, "a", "b")
        var ticket: UInt64 = 0
        func ask(_ lane: SlotLedger.Lane) -> (UInt64, Bool) {
            ticket += 1
            return (ticket, ledger.ask(ticket, lane))
        }
        // With fewer slots than sources one suspect may sit in the only one; that is the configuration's choice.
        guard capacity > 2 else {
            let served = (0..<9).map { _ in ask(Self.suspect).1 }
            return #expect(served.count { $0 } == 1)
        }
        for _ in 0..<100 { _ = ask(Self.suspect) }
        var expected: [UInt64] = []
        var served: [UInt64] = []
        for _ in 0..<200 {
            let (ticket, isServed) = ask(Self.a)
            expected.append(ticket)
            if isServed { served.append(ticket) }
        }
        let other = ask(Self.b).1
        #expect(other)
        while served.count < expected.count {
            let next = ledger.release(Self.a)
            guard !next.isEmpty else { break }
            served += next
        }
        #expect(served == expected)
    }
}

/// A ledger that an expectation can change while it looks at it.
private final class Ledger {
    var value: SlotLedger

    init(_ value: SlotLedger) { self.value = value }

    func ask(_ ticket: UInt64, _ lane: SlotLedger.Lane) -> Bool { value.ask(ticket, lane) }
    func cancel(_ ticket: UInt64, _ lane: SlotLedger.Lane) -> Bool { value.cancel(ticket, lane) }
    func release(_ lane: SlotLedger.Lane) -> [UInt64] { value.release(lane) }
    func resize(to capacity: Int) -> [UInt64] { value.resize(to: capacity) }
}

@Suite("Slots for exchanges", .timeLimit(.minutes(1)))
struct ExchangeSlotsTests {
    private static let lane = SlotLedger.Lane(source: "a", isSuspect: false)

    @Test("Who waits is served when a slot is given back, and who is cancelled holds none")
    func waiting() async {
        let slots = ExchangeSlots(count: 1)
        slots.register("a")
        #expect(await slots.acquire(Self.lane))
        let cancelled = Task { await slots.acquire(Self.lane) }
        cancelled.cancel()
        #expect(await !cancelled.value)
        let waiting = Task { await slots.acquire(Self.lane) }
        slots.release(Self.lane)
        #expect(await waiting.value)
        slots.release(Self.lane)
        #expect(await slots.acquire(Self.lane))
    }

    @Test("A hundred tasks over three slots never hold more, and all come through")
    func crowd() async {
        let slots = ExchangeSlots(count: 3)
        let held = Gauge()
        await withDiscardingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    #expect(await slots.acquire(Self.lane))
                    await held.enter()
                    await Task.yield()
                    await held.leave()
                    slots.release(Self.lane)
                }
            }
        }
        #expect(await held.most <= 3)
        #expect(await held.now == 0)
    }

    @Test("A listing whose pages hang leaves half of the slots to the others of its source")
    func hangingListing() async {
        let list = SimulatedList(3_000)
        let transport = FakeTransport(holding: true) { request, _ in
            .response(200, request.url.hasSuffix("/x") ? "{}" : list.page(request.url))
        }
        let source = Source(transport, slots: 16)
        let listing = Task { await source.list() }
        await transport.waitForRequests(1)
        transport.release(1)
        await transport.waitForRequests(9)
        let other = Task { await source.exchange() }
        await transport.waitForRequests(10)
        #expect(transport.urls.last == "https://h/x")
        listing.cancel()
        transport.release()
        #expect(await other.value == .success("{}"))
        #expect(await listing.value.failure != nil)
    }
}

private actor Gauge {
    private(set) var now = 0
    private(set) var most = 0

    func enter() {
        now += 1
        most = max(most, now)
    }

    func leave() { now -= 1 }
}
