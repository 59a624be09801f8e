// SPDX-License-Identifier: Apache-2.0
public import Base
internal import Fabric
public import Listings

/// An endpoint that needs attention.
public struct AttentionRecord: Sendable {
    /// The endpoint.
    public let row: RecordList.Row
    /// Why it needs attention.
    public let attention: Attention
    private let id: RecordID
    /// The key of the order: by reason, then the most recent first, but the longest stuck first.
    private let order: (reason: Int, time: Int64)

    /// Creates a record; nil if the endpoint needs no attention.
    public init?(_ row: RecordList.Row, at now: Timestamp) {
        guard let attention = row.attention(at: now) else { return nil }
        self.row = row
        self.attention = attention
        id = row.id
        let time = row.since.microseconds
        order = (attention.rank, attention == .stuck ? time : 0 &- time)
    }

    /// The endpoint with all its texts, decoded at each call.
    public var detail: RecordDetail { row.detail }

    /// Whether this endpoint is listed before `other`.
    public func precedes(_ other: AttentionRecord) -> Bool {
        order == other.order ? id < other.id : order < other.order
    }
}

extension ListingStatus {
    /// Returns the endpoints that need attention, worst first.
    public func needingAttention(at now: Timestamp) -> [AttentionRecord] {
        guard let exported else { return [] }
        return exported.records.compactMap { AttentionRecord($0, at: now) }.sorted { $0.precedes($1) }
    }
}

extension WorkspaceStatus {
    /// Returns the numbers of its private records.
    public func counts(at now: Timestamp) -> RecordCounts {
        exported.reduce(into: RecordCounts()) { $0 += $1.records.counts(at: now) }
    }
}
