// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The range of plausible times in records: from 2010 to 24 hours after the poll by this machine's wall clock. Services
/// write year 1 or 1970 for an unknown time, and any year if their clock is wrong.
struct PlausibleTimes: Sendable {
    /// 2010-01-01T00:00:00Z, before the service existed.
    private static let earliest: Int64 = 1_262_304_000_000_000
    private static let tolerance: Int64 = 86_400_000_000

    /// The length of the range in microseconds, for a check with a single comparison.
    private let span: UInt64

    /// Creates the range for a poll at `now`.
    init(now: Timestamp) {
        let latest = now.microseconds.addingReportingOverflow(Self.tolerance)
        span = latest.overflow ? .max : UInt64(max(0, latest.partialValue - Self.earliest + 1))
    }

    /// Returns whether `time` is plausible.
    @inline(__always)
    func contains(_ time: Timestamp) -> Bool { UInt64(bitPattern: time.microseconds &- Self.earliest) < span }
}
