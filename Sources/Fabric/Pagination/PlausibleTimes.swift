// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The times that a record can have: from 2010 to 24 hours after the moment of the poll, by this machine's wall clock. A
/// service that has no time to tell writes year 1 or 1970, and a wrong clock writes any year.
struct PlausibleTimes: Sendable {
    /// 2010-01-01T00:00:00Z; the service is younger.
    private static let earliest: Int64 = 1_262_304_000_000_000
    private static let tolerance: Int64 = 86_400_000_000

    /// How many microseconds from the earliest time on are plausible, so that one comparison decides.
    private let span: UInt64

    /// The plausible times of a poll at `now`.
    init(now: Timestamp) {
        let latest = now.microseconds.addingReportingOverflow(Self.tolerance)
        span = latest.overflow ? .max : UInt64(max(0, latest.partialValue - Self.earliest + 1))
    }

    /// Whether `time` is plausible.
    @inline(__always)
    func contains(_ time: Timestamp) -> Bool { UInt64(bitPattern: time.microseconds &- Self.earliest) < span }
}
