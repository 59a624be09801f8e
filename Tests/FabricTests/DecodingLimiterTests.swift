// SPDX-License-Identifier: Apache-2.0
import Base
import Synchronization
import Testing

@testable import Fabric

@Suite("Limit of concurrently decoded pages")
struct DecodingLimiterTests {
    private final class Meter: Sendable {
        private let state = Mutex((running: 0, maximum: 0))

        var maximum: Int { state.withLock { $0.maximum } }

        func begin() {
            state.withLock { state in
                state.running += 1
                state.maximum = max(state.maximum, state.running)
            }
        }

        func end() { state.withLock { $0.running -= 1 } }
    }

    @Test("Large pages are decoded one at a time")
    func large() async throws {
        let (limiter, meter) = (DecodingLimiter(), Meter())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await limiter.run(bytes: DecodingLimiter.smallPageBytes + 1) { () throws(APIFailure) in
                        meter.begin()
                        for _ in 0..<20 { await Task.yield() }
                        meter.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(meter.maximum == 1)
    }

    @Test("Small pages don't wait for a large one, and a canceled page doesn't block the next")
    func small() async throws {
        let limiter = DecodingLimiter()
        let (begun, end) = (ChangeSignal(), ChangeSignal())
        let large = Task {
            try await limiter.run(bytes: 1 << 22) { () throws(APIFailure) in
                begun.notify()
                await end.wait(beyond: 0)
            }
        }
        await begun.wait(beyond: 0)
        #expect(try await limiter.run(bytes: DecodingLimiter.smallPageBytes) { () throws(APIFailure) in 1 } == 1)
        let canceled = Task { try await limiter.run(bytes: 1 << 22) { () throws(APIFailure) in 2 } }
        canceled.cancel()
        await #expect(throws: APIFailure.self) { try await canceled.value }
        end.notify()
        try await large.value
        #expect(try await limiter.run(bytes: 1 << 22) { () throws(APIFailure) in 3 } == 3)
    }
}
