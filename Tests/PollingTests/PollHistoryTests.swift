// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Testing

@testable import Polling

@Suite("History of polls")
struct PollHistoryTests {
    private func poll(_ number: Int) -> PollHistory.Poll {
        .init(
            endedAt: Timestamp(microseconds: Int64(number)), duration: .milliseconds(number),
            reason: number % 3 == 0 ? .timeout : nil)
    }

    @Test("The most recent polls come first, and the oldest are dropped", arguments: [0, 1, 59, 60, 61, 119, 120, 121])
    func order(count: Int) {
        var history = PollHistory()
        for number in 0..<count { history.append(poll(number)) }
        #expect(Array(history) == (max(0, count - 60)..<count).reversed().map(poll))
    }

    @Test(
        "Durations are kept in milliseconds, and one that is negative or longer than 49 days becomes the nearest",
        arguments: [
            (.microseconds(1_250_900), .milliseconds(1_250)), (.seconds(-1), .zero),
            (.seconds(5_000_000), .milliseconds(UInt32.max)),
        ] as [(Duration, Duration)])
    func duration(given: Duration, kept: Duration) {
        var history = PollHistory()
        history.append(.init(endedAt: Timestamp(microseconds: 0), duration: given, reason: nil))
        #expect(history.first?.duration == kept)
    }
}
