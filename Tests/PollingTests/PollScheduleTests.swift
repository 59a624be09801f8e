// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Polling

@Suite("Poll schedule")
struct PollScheduleTests {
    static let start = ContinuousClock.now

    /// Seconds after the start, for an interval of 60 s and a grid with the offset 15 s + 45 s × spread.
    static let table: [(spread: Double, began: Double, ended: Double, slot: Double, missed: Int)] = [
        (0, 0, 1, 15, 0),
        (0, 0, 14.999, 15, 0),
        (0, 0, 15, 75, 1),
        (0, 0, 74, 75, 1),
        (0, 0, 80, 135, 2),
        (0, 15, 16, 75, 0),
        (0, 15, 75, 135, 1),
        (0, 15.25, 76, 135, 1),
        (0, 75, 320, 375, 4),
        (0.5, 0, 10, 37.5, 0),
        (0.5, 37.5, 38, 97.5, 0),
        (0.5, 37.5, 160, 217.5, 2),
    ]

    @Test("The next slot is on the grid, and slots during the poll are missed", arguments: table)
    func next(spread: Double, began: Double, ended: Double, slot: Double, missed: Int) {
        let schedule = PollSchedule(start: Self.start, interval: .seconds(60), spread: spread)
        let next = schedule.next(
            after: Self.start + .seconds(ended), pollBegan: Self.start + .seconds(began))
        #expect(next.slot == Self.start + .seconds(slot))
        #expect(next.missed == missed)
    }

    static let intervals: [Duration] = [
        .milliseconds(100), .seconds(1), .milliseconds(1_300), .seconds(7), .milliseconds(29_999), .seconds(60),
        .seconds(3_600),
    ]

    @Test("Instant polls run once per slot, after any number of slots", arguments: intervals)
    func exact(interval: Duration) {
        let schedule = PollSchedule(start: Self.start, interval: interval, spread: 0.123)
        let first = schedule.next(after: Self.start, pollBegan: Self.start).slot
        let wrong = (Array(0..<2_000) + [100_003, 1_000_003, 33_333_333]).filter { count in
            let slot = first + interval * count
            return schedule.next(after: slot, pollBegan: slot) != (slot + interval, 0)
        }
        #expect(wrong == [])
    }

    @Test("A thousand workspaces are spread evenly and reproducibly")
    func spread() {
        for pattern in ["cn-north-4/w", "a/00000000-0000-0000-0000-", ""] {
            var bins = [Int](repeating: 0, count: 20)
            for index in 0..<1_000 {
                let spread = PollSchedule.spread(of: "\(pattern)\(index)")
                #expect(spread >= 0 && spread < 1)
                bins[Int(spread * 20)] += 1
            }
            // 50 are expected per bin; 25 off is more than 3.5 standard deviations.
            #expect(bins.allSatisfy { (25...75).contains($0) }, "\(pattern): \(bins)")
        }
        #expect(
            PollSchedule.spread(of: "cn-north-4/w1/endpoints") == PollSchedule.spread(of: "cn-north-4/w1/endpoints"))
        #expect(PollSchedule.spread(of: "cn-north-4/w1/endpoints") != PollSchedule.spread(of: "cn-north-4/w2"))
    }
}
