// SPDX-License-Identifier: Apache-2.0

/// Finds that polling has stopped, and knows nothing of causes. A value that is handed the time.
struct Watchdog: Sendable {
    /// How often it looks.
    private static let period = Duration.seconds(1)

    /// Without progress for this long, polling has stalled; of several that are watched the shortest.
    var stallAfter: Duration
    private var lastLook: ContinuousClock.Instant
    /// Time before this does not count.
    private var countsFrom: ContinuousClock.Instant

    init(stallAfter: Duration, now: ContinuousClock.Instant) {
        self.stallAfter = stallAfter
        lastLook = now
        countsFrom = now
    }

    /// Whether to look again.
    func isDue(_ now: ContinuousClock.Instant) -> Bool { now >= lastLook + Self.period }

    /// Notes that it looks now.
    mutating func look(_ now: ContinuousClock.Instant) {
        // The process itself was paused, with its machine for example: nothing could go on meanwhile.
        if now - lastLook > stallAfter / 2 { countsFrom = now }
        lastLook = now
    }

    /// How long there has been no progress, if that is too long.
    /// - Parameter limit: how long is too long; nil: ``stallAfter``.
    func stall(
        since progress: ContinuousClock.Instant, now: ContinuousClock.Instant, limit: Duration? = nil
    ) -> Duration? {
        let duration = now - max(progress, countsFrom)
        return duration >= limit ?? stallAfter ? duration : nil
    }
}
