// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The schedule of a poller: one poll immediately, then one per slot of a grid. The grids of many workspaces are spread
/// over the interval, so that the API receives a steady rate of requests instead of bursts.
struct PollSchedule: Sendable {
    private let origin: ContinuousClock.Instant
    private let interval: Duration

    /// Creates a schedule.
    /// - Parameters:
    ///   - start: the time of the first poll.
    ///   - spread: the offset of the grid as a fraction of the interval: 0..<1.
    init(start: ContinuousClock.Instant, interval: Duration, spread: Double) {
        self.interval = interval
        // The second poll is at most one interval after the first, but not while the first is likely to be running.
        origin = start + interval * (0.25 + 0.75 * spread)
    }

    /// Returns the first slot after `now`, and the number of slots missed since `begin`, the start of the last poll.
    func next(
        after now: ContinuousClock.Instant, pollBegan begin: ContinuousClock.Instant
    )
        -> (slot: ContinuousClock.Instant, missed: Int)
    {
        let next = index(after: now)
        return (origin + interval * next, next - index(after: begin))
    }

    private func index(after moment: ContinuousClock.Instant) -> Int {
        guard moment >= origin else { return 0 }
        // Integers: a quotient of doubles can be too low exactly at a slot.
        return Int((moment - origin).attoseconds / interval.attoseconds) + 1
    }

    /// Returns the spread for `key`: the same after every restart, evenly distributed over many keys.
    static func spread(of key: String) -> Double {
        var hash = StableHash.fnv1a(key)
        // Similar keys have similar high bits in FNV; the multiplication mixes in the low ones.
        hash = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return Double(hash >> 11) / Double(1 << 53)
    }
}
