// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// The state of a source's quotas.
public struct QuotaStatus: Sendable, Equatable {
    /// Whether a read has ended.
    public var isTried: Bool
    /// Why the last read failed; nil if it succeeded or there was none.
    public var failure: ListingStatus.Failure?
    /// The end of the last successful read.
    public var lastSuccess: Timestamp?
    /// The end of the first failed read since the last success; nil while up.
    public var failingSince: Timestamp?
    /// The last quotas; nil if there are none, or they are stale.
    public var exported: QuotaList?

    /// Creates a state.
    public init(
        isTried: Bool, failure: ListingStatus.Failure? = nil, lastSuccess: Timestamp? = nil,
        failingSince: Timestamp? = nil, exported: QuotaList? = nil
    ) {
        self.isTried = isTried
        self.failure = failure
        self.lastSuccess = lastSuccess
        self.failingSince = failingSince
        self.exported = exported
    }

    /// The state of the reads.
    public var state: ListingStatus.State { isTried ? failure == nil ? .ok : .failing : .pending }

    /// Whether the last quotas are too old to export.
    public var isStale: Bool { lastSuccess != nil && exported == nil }
}
