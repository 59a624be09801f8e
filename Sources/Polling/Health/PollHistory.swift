// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// The ends, durations and failure reasons of a listing's recent polls, most recent first. Needs 16 bytes per poll, so
/// that it can be kept for ten thousand workspaces.
public struct PollHistory: Sendable, RandomAccessCollection {
    /// A completed poll.
    public struct Poll: Sendable, Equatable {
        /// When the poll ended.
        public var endedAt: Timestamp
        /// How long it took, retries and waits included; in milliseconds.
        public var duration: Duration
        /// Why it failed; nil if it succeeded.
        public var reason: FailureReason?

        /// Creates a poll.
        public init(endedAt: Timestamp, duration: Duration, reason: FailureReason? = nil) {
            self.endedAt = endedAt
            self.duration = duration
            self.reason = reason
        }
    }

    private struct Packed: Sendable {
        var endedAt: Timestamp
        var milliseconds: UInt32
        var reason: FailureReason?
    }

    /// The maximum number of polls; the oldest ones are dropped.
    public static let limit = 60

    /// A ring once it is full: `oldest` is the index of the oldest poll, which the next one replaces.
    private var ring: [Packed] = []
    private var oldest = 0

    /// Creates an empty history.
    public init() {}

    /// Adds a poll, which ended after all others.
    public mutating func append(_ poll: Poll) {
        let packed = Packed(
            endedAt: poll.endedAt, milliseconds: UInt32(clamping: Int64(poll.duration / .milliseconds(1))),
            reason: poll.reason)
        if ring.count < Self.limit { return ring.append(packed) }
        ring[oldest] = packed
        oldest = (oldest + 1) % Self.limit
    }

    /// See `Collection`.
    public var startIndex: Int { 0 }

    /// See `Collection`.
    public var endIndex: Int { ring.count }

    /// The poll at `position`, counted from the most recent one.
    public subscript(position: Int) -> Poll {
        let packed = ring[(oldest + ring.count - 1 - position) % ring.count]
        return Poll(
            endedAt: packed.endedAt, duration: .milliseconds(packed.milliseconds), reason: packed.reason)
    }
}
