// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Testing

@testable import Polling

@Suite("Health of polls")
struct PollHealthTests {
    @Test("The last five polls keep their failures, the last 60 only the reason, and a stall counts")
    func history() {
        var health = PollHealth()
        for second in 0..<70 {
            var result = PollHealth.PollResult.success
            if second % 2 == 0 { result.failure = APIFailure(.forbidden, "no \(second)") }
            (result.endedAt, result.duration) = (Timestamp(microseconds: Int64(second)), .milliseconds(second))
            health.note(result)
        }
        health.noteStall(APIFailure(.stalled, "none"), lasting: .seconds(9), noticedAt: Timestamp(microseconds: 70))
        #expect(health.recent.map { $0.failure?.message } == ["none", nil, "no 68", nil, "no 66"])
        #expect(health.history.count == 60)
        #expect(health.history.prefix(3).map(\.reason) == [.stalled, nil, .forbidden])
        #expect(health.history[1].duration == .milliseconds(69))
        #expect(health.history.map(\.endedAt.microseconds) == (11...70).reversed())
    }
}
