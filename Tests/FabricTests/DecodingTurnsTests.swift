// SPDX-License-Identifier: Apache-2.0
import Base
import Synchronization
import Testing

@testable import Fabric

@Suite("Pages that are decoded at the same time")
struct DecodingTurnsTests {
    private final class Meter: Sendable {
        private let state = Mutex((running: 0, most: 0))

        var most: Int { state.withLock { $0.most } }

        func begin() {
            state.withLock { state in
                state.running += 1
                state.most = max(state.most, state.running)
            }
        }

        func end() { state.withLock { $0.running -= 1 } }
    }

    @Test("Large pages are decoded one at a time")
    func large() async throws {
        let (turns, meter) = (DecodingTurns(), Meter())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await turns.run(bytes: DecodingTurns.smallPageBytes + 1) { () throws(APIFailure) in
                        meter.begin()
                        for _ in 0..<20 { await Task.yield() }
                        meter.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(meter.most == 1)
    }

    @Test("Small pages don't wait for a large one, and one that is canceled leaves the turn to the next")
    func small() async throws {
        let turns = DecodingTurns()
        let (begun, end) = (ChangeSignal(), ChangeSignal())
        let large = Task {
            try await turns.run(bytes: 1 << 22) { () throws(APIFailure) in
                begun.notify()
                await end.wait(beyond: 0)
            }
        }
        await begun.wait(beyond: 0)
        #expect(try await turns.run(bytes: DecodingTurns.smallPageBytes) { () throws(APIFailure) in 1 } == 1)
        let canceled = Task { try await turns.run(bytes: 1 << 22) { () throws(APIFailure) in 2 } }
        canceled.cancel()
        await #expect(throws: APIFailure.self) { try await canceled.value }
        end.notify()
        try await large.value
        #expect(try await turns.run(bytes: 1 << 22) { () throws(APIFailure) in 3 } == 3)
    }
}
