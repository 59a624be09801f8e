// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite("A limit of requests", .timeLimit(.minutes(1)))
struct RequestLimiterTests {
    private static let holder = FairLimiter.Holder(source: "a", isSuspect: false)

    @Test("A task that waits is served when a slot is given back, and a task that is canceled holds none")
    func waiting() async {
        let limiter = RequestLimiter(concurrency: 1, clock: ManualClock())
        limiter.register("a")
        #expect(await limiter.acquire(Self.holder, .poll, order: 0))
        let cancelled = Task { await limiter.acquire(Self.holder, .poll, order: 0) }
        cancelled.cancel()
        #expect(await !cancelled.value)
        let waiting = Task { await limiter.acquire(Self.holder, .poll, order: 0) }
        limiter.release(Self.holder)
        #expect(await waiting.value)
        limiter.release(Self.holder)
        #expect(await limiter.acquire(Self.holder, .poll, order: 0))
    }

    @Test(
        "A task that waits for the rate limit is served when the next token is there, and one that is canceled takes none"
    )
    func rateLimit() async {
        let clock = ManualClock()
        let limiter = RequestLimiter(concurrency: 16, clock: clock)
        limiter.register("a")
        limiter.setRate(1, of: "a")
        #expect(await limiter.acquire(Self.holder, .poll, order: 0))
        let canceled = (0..<100).map { _ in Task { await limiter.acquire(Self.holder, .poll, order: 0) } }
        for task in canceled { task.cancel() }
        for task in canceled { #expect(await !task.value) }
        let waiting = Task { await limiter.acquire(Self.holder, .poll, order: 0) }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        #expect(await waiting.value)
    }

    @Test("A hundred tasks over three slots never hold more, and all come through")
    func crowd() async {
        let limiter = RequestLimiter(concurrency: 3, clock: ManualClock())
        let held = Gauge()
        await withDiscardingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    #expect(await limiter.acquire(Self.holder, .poll, order: 0))
                    await held.enter()
                    await Task.yield()
                    await held.leave()
                    limiter.release(Self.holder)
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
