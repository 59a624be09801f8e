// SPDX-License-Identifier: Apache-2.0

/// Where time comes from: a monotonic instant for everything that is measured or awaited, and the wall clock for
/// everything that is published. Two clocks in one value because a step of the wall clock must change no decision.
///
/// Production uses ``SystemClock``; tests drive a manual one.
public protocol ExporterClock: Sendable {
    /// The monotonic instant: unaffected by NTP steps, still running while the machine sleeps.
    var now: ContinuousClock.Instant { get }

    /// The wall clock, in microseconds since 1970-01-01T00:00:00Z.
    var wallMicroseconds: Int64 { get }

    /// Suspends until `deadline`, at once when it has passed.
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(until deadline: ContinuousClock.Instant) async throws
}
