// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Polling

@Suite("Rate limit of log lines")
struct LogLineLimiterTests {
    private let start = ContinuousClock.now

    @Test("No window of 60 seconds has more than 60 lines")
    func slidingMinute() {
        var limit = LogLineLimiter()
        let seconds = (0..<200).filter { limit.admits(start + .seconds($0 / 2)) }.map { $0 / 2 }
        #expect(seconds == (0..<60).map { $0 / 2 } + (120..<180).map { $0 / 2 })
    }

    @Test("Dropped lines are counted and reported a minute after the first one")
    func dropped() {
        var limit = LogLineLimiter()
        let first = (0..<60).filter { _ in limit.admits(start) }.count
        let early = limit.takeDropped(by: nil)
        let more = (1...5).filter { limit.admits(start + .seconds($0)) }
        #expect(first == 60 && early == 0 && more == [])
        let reported = [start + .seconds(60), start + .seconds(61), nil].map { limit.takeDropped(by: $0) }
        #expect(reported == [0, 5, 0])
        let isAdmitted = limit.admits(start + .seconds(59))
        let last = limit.takeDropped(by: nil)
        #expect(!isAdmitted && last == 1)
    }
}
