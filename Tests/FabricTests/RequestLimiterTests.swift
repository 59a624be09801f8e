// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite("Limit of requests", .timeLimit(.minutes(5)))
struct RequestLimiterTests {
    private static let holder = FairLimiter.Holder(source: "a", isSuspect: false)

    @Test("A waiting task is served when a slot is released, and a canceled task holds none")
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
        "A task waiting for the rate limit is served with the next token, and a canceled task takes none"
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

    @Test("A hundred tasks never hold more than three slots, and all are served")
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
        #expect(await held.maximum <= 3)
        #expect(await held.now == 0)
    }

    @Test("A listing whose requests hang leaves half of the slots to others of its source")
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
        let other = Task { await source.send() }
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
    private(set) var maximum = 0

    func enter() {
        now += 1
        maximum = max(maximum, now)
    }

    func leave() { now -= 1 }
}
