// SPDX-License-Identifier: Apache-2.0

/// Limits the rate of log lines that the API can cause, and counts the dropped ones.
struct LogLineLimiter {
    private static let maximum = 60
    private static let period = Duration.seconds(60)

    /// The times of the lines admitted within the last period.
    private var admitted: [ContinuousClock.Instant] = []
    private var dropped = 0
    /// The time of the first dropped line.
    private var droppedSince: ContinuousClock.Instant?

    /// Returns whether a line may be written at `now`; if not, it counts as dropped.
    mutating func admits(_ now: ContinuousClock.Instant) -> Bool {
        admitted.removeAll { now - $0 >= Self.period }
        if admitted.count < Self.maximum {
            admitted.append(now)
            return true
        }
        dropped += 1
        droppedSince = droppedSince ?? now
        return false
    }

    /// Returns the number of dropped lines and resets it; 0 if the period since the first does not end by `time`.
    mutating func takeDropped(by time: ContinuousClock.Instant?) -> Int {
        guard let droppedSince, time.map({ $0 >= droppedSince + Self.period }) ?? true else { return 0 }
        defer { (dropped, self.droppedSince) = (0, nil) }
        return dropped
    }
}
