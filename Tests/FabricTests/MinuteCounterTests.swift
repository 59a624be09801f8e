// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Events of the last minute")
struct MinuteCounterTests {
    private let start = ContinuousClock.now

    @Test("Events are counted for 60 seconds")
    func minute() {
        var counter = MinuteCounter(now: start)
        #expect(counter.total(now: start) == 0)
        for second in 0..<60 { counter.count(now: start + .seconds(second)) }
        counter.count(now: start + .seconds(59))
        #expect(counter.total(now: start + .milliseconds(59_999)) == 61)
        #expect(counter.total(now: start + .seconds(60)) == 60)
        #expect(counter.total(now: start + .seconds(118)) == 2)
        #expect(counter.total(now: start + .seconds(119)) == 0)
        #expect(counter.total(now: start + .seconds(100_000)) == 0)
    }

    @Test("Seconds without an event don't keep the events of an earlier minute", arguments: [1, 59, 60, 61, 1_000_000])
    func pause(seconds: Int) {
        var counter = MinuteCounter(now: start)
        for second in 0..<60 { counter.count(now: start + .seconds(second)) }
        let later = start + .seconds(59 + seconds)
        counter.count(now: later)
        #expect(counter.total(now: later) == max(0, 60 - seconds) + 1)
    }

    @Test("An event that is counted late, after one of the next second, is not lost")
    func late() {
        var counter = MinuteCounter(now: start)
        counter.count(now: start + .seconds(90))
        counter.count(now: start + .seconds(89))
        #expect(counter.total(now: start + .seconds(89)) == 2)
        #expect(counter.total(now: start + .seconds(90)) == 2)
    }
}
