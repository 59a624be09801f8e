// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Order of requests")
struct FairLimiterTests {
    private static let a = FairLimiter.Holder(source: "a", isSuspect: false)
    private static let b = FairLimiter.Holder(source: "b", isSuspect: false)
    private static let c = FairLimiter.Holder(source: "c", isSuspect: false)
    private static func optional(_ listing: String) -> FairLimiter.Holder {
        FairLimiter.Holder(source: "a", isSuspect: false, optionalListing: listing)
    }
    private static let suspect = FairLimiter.Holder(source: "a", isSuspect: true)

    @Test("A single source may use all slots; with others it leaves one slot for each")
    func sources() {
        let alone = Limited(4, "a")
        #expect(alone.enqueue(1...5, Self.a) == [1, 2, 3, 4])
        let two = Limited(4, "a", "b")
        #expect(two.enqueue(1...4, Self.a) == [1, 2, 3])
        #expect(two.enqueue(5...5, Self.b) == [5])
        #expect(two.limiter.slotsInUse == 4)
        // An unregistered source needs no slot.
        two.limiter.unregister("b")
        #expect(two.release(Self.b) == [4])
    }

    @Test("With more sources than slots, each has one slot at a time, in the order of requests")
    func manySources() {
        let limited = Limited(2, "a", "b", "c")
        #expect(limited.enqueue(1...2, Self.a) == [1])
        #expect(limited.enqueue(3...3, Self.b) == [3])
        #expect(limited.enqueue(4...4, Self.c) == [])
        #expect(limited.enqueue(5...5, Self.b) == [])
        #expect(limited.release(Self.a) == [2])
        #expect(limited.release(Self.a) == [4])
        #expect(limited.release(Self.b) == [5])
    }

    @Test("Suspects use at most half of the slots, and are otherwise served in the order of requests")
    func suspects() {
        let limited = Limited(4, "a")
        #expect(limited.enqueue(1...3, Self.suspect) == [1, 2])
        #expect(limited.enqueue(4...6, Self.a) == [4, 5])
        #expect(limited.release(Self.a) == [6])
        #expect(limited.release(Self.suspect) == [3])
        // Of a single slot, half is that slot.
        let one = Limited(1, "a")
        #expect(one.enqueue(1...2, Self.suspect) == [1])
        #expect(one.enqueue(3...3, Self.a) == [])
        #expect(one.release(Self.suspect) == [2])
        #expect(one.release(Self.suspect) == [3])
    }

    @Test("A canceled ticket uses neither a slot nor a token", arguments: [0.0, 1])
    func canceled(rate: Double) {
        let limited = Limited(1, "a", rate: rate)
        #expect(limited.enqueue(1...3, Self.a) == [1])
        #expect(limited.cancel(2, Self.a))
        #expect(!limited.cancel(2, Self.a))
        #expect(!limited.cancel(1, Self.a))
        limited.now += .seconds(1)
        #expect(limited.release(Self.a) == [3])
        #expect(limited.release(Self.a) == [])
        #expect(limited.limiter.slotsInUse == 0)
    }

    @Test("Ten thousand canceled tickets use no tokens")
    func manyCanceled() {
        let limited = Limited(16, "a", rate: 2)
        #expect(limited.enqueue(1...10_000, Self.a) == [1, 2])
        for ticket in 3...10_000 as ClosedRange<UInt64> {
            #expect(limited.cancel(ticket, Self.a))
        }
        limited.now += .milliseconds(500)
        #expect(limited.enqueue(10_001...10_001, Self.a) == [10_001])
    }

    @Test("Additional slots serve waiting tickets; removed slots stay in use until released")
    func resized() {
        let limited = Limited(2, "a")
        #expect(limited.enqueue(1...5, Self.a) == [1, 2])
        #expect(limited.resize(to: 4) == [3, 4])
        #expect(limited.resize(to: 1) == [])
        #expect(limited.limiter.slotsInUse == 4)
        for _ in 1...3 { #expect(limited.release(Self.a) == []) }
        #expect(limited.release(Self.a) == [5])
        #expect(limited.resize(to: 0) == [])
        #expect(limited.limiter.capacity == 1)
    }

    @Test("A burst of one second is served at once, then one request per token; unused tokens are returned")
    func rate() {
        let limited = Limited(100, "a", rate: 4)
        #expect(limited.enqueue(1...9, Self.a) == [1, 2, 3, 4])
        #expect(limited.limiter.nextToken(after: limited.now) == limited.now + .milliseconds(250))
        limited.now += .milliseconds(250)
        #expect(limited.serve() == [5])
        #expect(limited.serve() == [])
        #expect(limited.release(Self.a, isUnused: true) == [6])
        #expect(limited.release(Self.a) == [])
        limited.now += .seconds(60)
        #expect(limited.serve() == [7, 8, 9])
        #expect(limited.limiter.nextToken(after: limited.now) == nil)
    }

    @Test("A source at its rate limit doesn't delay other sources")
    func rates() {
        let limited = Limited(2, "a", "b", rate: 1)
        #expect(limited.enqueue(1...50, Self.a) == [1])
        #expect(limited.enqueue(51...51, Self.b) == [51])
    }

    @Test("Started polls take precedence over others, the oldest first")
    func running() {
        let limited = Limited(16, "a", rate: 1)
        #expect(limited.enqueue(1...5, Self.a) == [1])
        #expect(limited.enqueue(6...7, Self.a, .running, order: 8) == [])
        #expect(limited.enqueue(8...8, Self.a, .running, order: 7) == [])
        #expect(limited.enqueue(9...9, FairLimiter.Holder(source: "a", isSuspect: true), .running, order: 9) == [])
        #expect(limited.drain() == [8, 6, 7, 9, 2, 3, 4, 5])
    }

    @Test("A discovery takes precedence over waiting polls every second time")
    func discovery() {
        let limited = Limited(16, "a", rate: 1)
        #expect(limited.enqueue(1...4, Self.a) == [1])
        #expect(limited.enqueue(5...7, Self.a, .discovery) == [])
        #expect(limited.drain() == [5, 2, 6, 3, 7, 4])
    }

    @Test("Under overload every workspace has its turn in each round")
    func overload() {
        let (count, rate) = (500, 20)
        let limited = Limited(16, "a", rate: Double(rate))
        var turns = [Int](repeating: 0, count: count)
        var lastTicket = UInt64(0)
        // A ticket is the workspace's number plus the number of workspaces times the round, so that tickets grow.
        func enqueue(_ workspace: Int) -> [UInt64] {
            let base = (lastTicket / UInt64(count) + 1) * UInt64(count)
            lastTicket = base + UInt64(workspace)
            return limited.enqueue(lastTicket...lastTicket, Self.a)
        }
        var served = (0..<count).flatMap(enqueue)
        let seconds = 3 * count / rate
        for _ in 0..<seconds * rate {
            for ticket in served { turns[Int(ticket) % count] += 1 }
            // Each request ends at once, and its workspace enqueues the next one.
            var next: [UInt64] = []
            for ticket in served { next += limited.release(Self.a) + enqueue(Int(ticket) % count) }
            limited.now += .milliseconds(50)
            served = next + limited.serve()
        }
        // The rate was used fully and evenly.
        #expect(turns.reduce(0, +) >= seconds * rate)
        #expect(turns.allSatisfy { (3...4).contains($0) })
    }

    @Test func `Requests of optional listings come after those of endpoints and discovery`() {
        let limited = Limited(16, "a", rate: 1)
        #expect(limited.enqueue(1...1, Self.a) == [1])
        #expect(limited.enqueue(2...2, Self.optional("x"), .running, order: 1) == [])
        #expect(limited.enqueue(3...3, Self.optional("x")) == [])
        #expect(limited.enqueue(4...5, Self.a) == [])
        #expect(limited.enqueue(6...7, Self.a, .discovery) == [])
        #expect(limited.enqueue(8...8, Self.a, .running, order: 2) == [])
        #expect(limited.drain() == [8, 6, 4, 7, 5, 2, 3])
    }

    @Test func `Optional listings use at most half of the slots, one of them at most a quarter`() {
        let limited = Limited(16, "a")
        #expect(limited.enqueue(1...16, Self.optional("x")) == [1, 2, 3, 4])
        #expect(limited.enqueue(17...32, Self.optional("y")) == [17, 18, 19, 20])
        #expect(limited.enqueue(33...48, Self.optional("z")) == [])
        #expect(limited.enqueue(49...60, Self.a) == [49, 50, 51, 52, 53, 54, 55, 56])
        // The next slot of an optional listing goes to endpoints, which wait.
        #expect(limited.release(Self.optional("x")) == [57])
    }

    @Test(arguments: [3, 4, 16, 64])
    func `Optional listings and suspects that never release their slots don't delay others`(capacity: Int) {
        let limited = Limited(capacity, "a", "b")
        _ = limited.enqueue(1...100, Self.optional("x"))
        _ = limited.enqueue(401...500, Self.suspect)
        var served = limited.enqueue(601...800, Self.a)
        #expect(limited.enqueue(801...801, Self.b) == [801])
        while served.count < 200 {
            let next = limited.release(Self.a).filter { (601...800).contains($0) }
            guard !next.isEmpty else { break }
            served += next
        }
        #expect(served == Array(601...800))
    }

    @Test("Suspects that never release their slots don't delay others", arguments: [3, 16, 64])
    func hanging(capacity: Int) {
        let limited = Limited(capacity, "a", "b")
        _ = limited.enqueue(1...100, Self.suspect)
        var served = limited.enqueue(101...300, Self.a)
        #expect(limited.enqueue(301...301, Self.b) == [301])
        while served.count < 200 {
            let next = limited.release(Self.a).filter { $0 > 100 }
            guard !next.isEmpty else { break }
            served += next
        }
        #expect(served == Array(101...300))
    }
}

/// A limiter with a time that the test advances.
private final class Limited {
    var limiter: FairLimiter
    var now = ContinuousClock.now

    init(_ capacity: Int, _ sources: String..., rate: Double = 0) {
        limiter = FairLimiter(capacity: capacity)
        for source in sources {
            limiter.register(source)
            _ = limiter.setRate(rate, of: source, now: now)
        }
    }

    /// Enqueues tickets and returns those that are served.
    func enqueue(
        _ tickets: ClosedRange<UInt64>, _ holder: FairLimiter.Holder, _ stage: FairLimiter.Stage = .poll,
        order: UInt64 = 0
    ) -> [UInt64] {
        tickets.flatMap { limiter.enqueue($0, holder, stage, order: order, now: now) }
    }

    func release(_ holder: FairLimiter.Holder, isUnused: Bool = false) -> [UInt64] {
        limiter.release(holder, isUnused: isUnused, now: now)
    }

    func cancel(_ ticket: UInt64, _ holder: FairLimiter.Holder) -> Bool {
        limiter.cancel(ticket, holder, .poll, order: 0)
    }

    func resize(to capacity: Int) -> [UInt64] { limiter.resize(to: capacity, now: now) }

    func serve() -> [UInt64] { limiter.serve(now: now) }

    /// Advances the time until no ticket waits for a token; returns the served tickets.
    func drain() -> [UInt64] {
        var served: [UInt64] = []
        while let next = limiter.nextToken(after: now) {
            now = next
            served += serve()
        }
        return served
    }
}
