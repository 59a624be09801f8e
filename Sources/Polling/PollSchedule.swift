// SPDX-License-Identifier: Apache-2.0
internal import Base

/// When a workspace is polled: at once, and then on a grid of its own. The grids of many workspaces are spread over the
/// interval, so that the API sees a steady trickle rather than a burst.
struct PollSchedule: Sendable {
    private let origin: ContinuousClock.Instant
    private let interval: Duration

    /// - Parameters:
    ///   - start: the moment of the first poll.
    ///   - spread: where in the interval the grid lies, from 0 up to, not including, 1.
    init(start: ContinuousClock.Instant, interval: Duration, spread: Double) {
        self.interval = interval
        // The second poll comes at most one interval after the first, and not while the first is likely to be running.
        origin = start + interval * (0.25 + 0.75 * spread)
    }

    /// The first slot after `now`, and how many slots since `begin`, the start of the poll that has just ended, were
    /// missed.
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
        // Whole numbers: a quotient of doubles can fall short of a slot that is met exactly.
        return Int((moment - origin).attoseconds / interval.attoseconds) + 1
    }

    /// Where in the interval the grid of `key` lies: the same after every restart, and spread evenly over many keys.
    static func spread(of key: String) -> Double {
        var hash = StableHash.fnv1a(key)
        // The high bits of FNV of similar keys are alike; a multiplication folds the low ones in.
        hash = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return Double(hash >> 11) / Double(1 << 53)
    }
}
