// SPDX-License-Identifier: Apache-2.0

/// A point in time in microseconds since 1970-01-01T00:00:00Z, the finest resolution the service returns.
public struct Timestamp: Sendable, Hashable, Comparable, BitwiseCopyable {
    /// The microseconds since the epoch; negative before it.
    public var microseconds: Int64

    /// Creates the time `microseconds` after the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
}
