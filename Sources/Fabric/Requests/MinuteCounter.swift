// SPDX-License-Identifier: Apache-2.0

/// Counts the events of the last minute, to the second: one counter per second, so that its size does not depend on the
/// number of events. Has no clock; callers pass the time.
struct MinuteCounter: Sendable {
    private var counts = [UInt32](repeating: 0, count: 60)
    /// The start of the first second.
    private let start: ContinuousClock.Instant
    /// The number of the latest counted second.
    private var second: Int64 = 0

    /// Creates a counter at 0.
    init(now: ContinuousClock.Instant) { start = now }

    /// Counts an event.
    mutating func count(now: ContinuousClock.Instant) {
        let current = (now - start).components.seconds
        if current > second {
            // The counters of the seconds without an event since the last one.
            for passed in max(second + 1, current - 59)...current { counts[Int(passed % 60)] = 0 }
            second = current
        }
        counts[Int(second % 60)] &+= 1
    }

    /// Returns the number of events in the last 60 seconds, the current one included.
    func total(now: ContinuousClock.Instant) -> Int {
        let current = max(second, (now - start).components.seconds)
        guard current - second < 60 else { return 0 }
        let seconds = max(0, current - 59)...second
        return seconds.reduce(0) { $0 + Int(counts[Int($1 % 60)]) }
    }
}
