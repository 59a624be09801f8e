// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Exposition
import HTTPServer
import Synchronization
import TestSupport
import Testing

@testable import WebServer

@Suite("The render queue", .timeLimit(.minutes(5)))
struct RenderQueueTests {
    /// Counts concurrent and started renderings.
    private final class Renderings: Sendable {
        private let state = Mutex((running: 0, maximum: 0, begun: 0))

        var maximum: Int { state.withLock { $0.maximum } }
        var begun: Int { state.withLock { $0.begun } }

        func begin() { state.withLock { $0 = ($0.running + 1, max($0.maximum, $0.running + 1), $0.begun + 1) } }
        func end() { state.withLock { $0.running -= 1 } }
    }

    @Test("Pages are rendered one at a time")
    func oneAtATime() async {
        let queue = RenderQueue(label: "test")
        let renderings = Renderings()
        await withDiscardingTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    _ = await queue.run {
                        renderings.begin()
                        renderings.end()
                    }
                }
            }
        }
        #expect(renderings.maximum == 1 && renderings.begun == 50)
    }

    @Test("A slow page is cached for five times its rendering time, at most a second, for equal requests only")
    func recent() {
        let begin = ContinuousClock.now
        var recent = RecentPage<Int>()
        func now(_ milliseconds: Int) -> ContinuousClock.Instant { begin + .milliseconds(milliseconds) }
        recent.store(1, for: ["/", nil], start: now(0), now: now(9))
        #expect(recent.page(["/", nil], now: now(9)) == nil)
        recent.store(2, for: ["/", nil], start: now(10), now: now(30))
        #expect(recent.page(["/", "h"], now: now(40)) == nil)
        #expect(recent.page(["/", nil], now: now(129)) == 2)
        #expect(recent.page(["/", nil], now: now(130)) == nil)
        recent.store(3, for: ["/", nil], start: now(200), now: now(5_000))
        #expect(recent.page(["/", nil], now: now(5_999)) == 3)
        #expect(recent.page(["/", nil], now: now(6_000)) == nil)
    }

    @Test(
        "Scrapes do not wait for status pages, which are rejected when too many wait",
        arguments: ["/", "/api/v1/status"])
    func scrapesFirst(path: String) async {
        let hold = DispatchSemaphore(value: 0)
        let renderings = Renderings()
        let web = Web(
            maximumRequests: 100,
            status: {
                renderings.begin()
                hold.wait()
                return SampleReport.report()
            })
        let responses = await withTaskGroup(of: ListenerResponse.self) { group in
            for number in 0..<60 { group.addTask { await web.get("\(path)?page=\(number)") } }
            var rejected: [ListenerResponse] = []
            while rejected.count < 10, let response = await group.next() { rejected.append(response) }
            #expect(await web.get("/metrics").status == 200)
            #expect(await web.get("/metrics?workspace_id=w1").status == 200)
            #expect(rejected.allSatisfy { $0.status == 503 && $0.headerLines.contains("Retry-After: 5") })
            for _ in 0..<50 { hold.signal() }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(responses.count == 50 && responses.allSatisfy { $0.status != 503 })
        #expect(renderings.begun == 50)
    }
}
