// SPDX-License-Identifier: Apache-2.0

/// A moment in microseconds since 1970-01-01T00:00:00Z; the finest fraction the service writes.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since the epoch, negative before it.
    public var microseconds: Int64

    /// The moment `microseconds` after the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
}
