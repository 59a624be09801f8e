// SPDX-License-Identifier: Apache-2.0

/// Detects that polling has stalled, regardless of the cause. The caller passes the time.
struct Watchdog: Sendable {
    /// The time between checks.
    private static let period = Duration.seconds(1)

    /// The time without progress after which polling has stalled; the shortest one of all that are watched.
    var stallAfter: Duration
    private var lastCheck: ContinuousClock.Instant
    /// The start of the measured time: after a pause of the process, its end.
    private var countsFrom: ContinuousClock.Instant

    init(stallAfter: Duration, now: ContinuousClock.Instant) {
        self.stallAfter = stallAfter
        lastCheck = now
        countsFrom = now
    }

    /// Returns whether the next check is due.
    func isDue(_ now: ContinuousClock.Instant) -> Bool { now >= lastCheck + Self.period }

    /// Notes a check.
    mutating func noteCheck(_ now: ContinuousClock.Instant) {
        // The process was paused, for example with its machine: polling could not progress.
        if now - lastCheck > stallAfter / 2 { countsFrom = now }
        lastCheck = now
    }

    /// Returns the time since the last progress if it is at least `limit`, else nil.
    /// - Parameter limit: the time after which polling has stalled. Default: ``stallAfter``.
    func stall(
        since progress: ContinuousClock.Instant, now: ContinuousClock.Instant, limit: Duration? = nil
    ) -> Duration? {
        let duration = now - max(progress, countsFrom)
        return duration >= limit ?? stallAfter ? duration : nil
    }
}
