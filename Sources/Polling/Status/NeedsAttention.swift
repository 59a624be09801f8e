// SPDX-License-Identifier: Apache-2.0
public import Base
public import Listings

/// An endpoint that needs attention.
public struct AttentionRecord: Sendable {
    /// The endpoint.
    public var detail: RecordDetail
    /// Why it needs attention.
    public var attention: Attention
    /// The key of the order: by reason, then the most recent first, but the longest stuck first.
    fileprivate let order: (reason: Int, time: Int64)

    init?(_ detail: RecordDetail, at now: Timestamp) {
        guard let attention = detail.attention(at: now) else { return nil }
        self.detail = detail
        self.attention = attention
        let time = detail.since.microseconds
        order = (Attention.allCases.firstIndex(of: attention) ?? 0, attention == .stuck ? time : 0 &- time)
    }

    /// Whether this endpoint is listed before `other`.
    public func precedes(_ other: AttentionRecord) -> Bool {
        order == other.order ? detail.id < other.detail.id : order < other.order
    }
}

extension ListingStatus {
    /// Returns the endpoints that need attention and have details, worst first.
    public func needingAttention(at now: Timestamp) -> [AttentionRecord] {
        (exported?.details ?? []).compactMap { AttentionRecord($0, at: now) }.sorted { $0.precedes($1) }
    }
}

extension WorkspaceStatus {
    /// Returns the number of endpoints that need attention, including those without details.
    public func attention(at now: Timestamp) -> [Attention: Int] {
        exported.reduce(into: [:]) { $0.merge($1.summary.attention(at: now), uniquingKeysWith: +) }
    }
}
