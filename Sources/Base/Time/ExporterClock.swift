// SPDX-License-Identifier: Apache-2.0

/// A source of time: a monotonic clock for measurements and waits, and the wall clock for published times. A step of
/// the wall clock must not affect any decision.
///
/// Production uses ``SystemClock``; tests drive a manual one.
public protocol ExporterClock: Sendable {
    /// The monotonic time: unaffected by NTP steps, advances while the machine sleeps.
    var now: ContinuousClock.Instant { get }

    /// The wall-clock time, in microseconds since 1970-01-01T00:00:00Z.
    var wallMicroseconds: Int64 { get }

    /// Suspends until `deadline`; returns immediately if it has passed.
    /// - Throws: `CancellationError` if the task is canceled.
    func sleep(until deadline: ContinuousClock.Instant) async throws
}
