// SPDX-License-Identifier: Apache-2.0

/// Limits the lines that a remote side can cause without end, and counts the rest.
struct LineLimit {
    private static let maximum = 60
    private static let period = Duration.seconds(60)

    /// When lines were admitted, within the last period.
    private var admitted: [ContinuousClock.Instant] = []
    private var refused = 0
    /// When the first of the refused lines came.
    private var refusedSince: ContinuousClock.Instant?

    /// Whether a line may be written at `now`.
    mutating func admits(_ now: ContinuousClock.Instant) -> Bool {
        admitted.removeAll { now - $0 >= Self.period }
        if admitted.count < Self.maximum {
            admitted.append(now)
            return true
        }
        refused += 1
        refusedSince = refusedSince ?? now
        return false
    }

    /// Returns how many lines were refused, and forgets them; 0 as long as the period since the first does not end by
    /// `time`.
    mutating func takeRefused(by time: ContinuousClock.Instant?) -> Int {
        guard let refusedSince, time.map({ $0 >= refusedSince + Self.period }) ?? true else { return 0 }
        defer { (refused, self.refusedSince) = (0, nil) }
        return refused
    }
}
