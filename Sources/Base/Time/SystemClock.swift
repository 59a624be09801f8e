// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The system's clocks.
public struct SystemClock: ExporterClock {
    /// Creates a clock; all instances are equivalent.
    public init() {}

    /// See ``ExporterClock/now``.
    public var now: ContinuousClock.Instant { ContinuousClock.now }

    /// See ``ExporterClock/wallMicroseconds``.
    public var wallMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// See ``ExporterClock/sleep(until:)``.
    public func sleep(until deadline: ContinuousClock.Instant) async throws {
        try await ContinuousClock().sleep(until: deadline)
    }
}
