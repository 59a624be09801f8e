// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// The details of one record.
public struct RecordDetail: Sendable, Equatable {
    /// The maximum length of a text that becomes a label, in bytes.
    static let maximumTextBytes = 256
    /// The maximum length of an error message, in bytes.
    static let maximumMessageBytes = 1_000

    /// The id.
    public var id: RecordID
    /// The name; nil if absent.
    public var name: String?
    /// The type.
    public var type: String
    /// The status.
    public var status: String
    /// The phase of the status.
    public var phase: Phase
    /// The visibility.
    public var visibility: String
    /// When the record entered its status (upper bound).
    public var since: Timestamp
    /// When the record was created; nil if unknown.
    public var createTime: Timestamp?
    /// The error code; nil without an error.
    public var errorCode: String?
    /// The error message; never exported as a label.
    public var errorMessage: String?
    /// The owner, in the form that ``OwnerLabel`` selects.
    public var owner: String?
    /// The owner's user id; nil with ``OwnerLabel/none``.
    public var ownerID: String?
    /// The id of the image package.
    public var capID: String?
    /// The id of the package's version.
    public var capVersionID: String?
    /// The id of the compute pool that an endpoint of API v2 runs on.
    public var poolID: String?
    /// The id of the endpoint that a service instance runs on.
    public var endpointID: String?
    /// The description that its creator gave; nil if absent. Never exported as a label.
    public var description: String?

    /// The priority; the lowest ranks are kept if there are too many details.
    fileprivate var rank: (Int, Timestamp, RecordID) { (errorCode == nil ? 1 : 0, since, id) }
}

/// Selects the details of a listing: those of the lowest rank, up to a limit.
struct DetailSelection: Sendable {
    private let limit: Int
    /// The selected details and at most as many more, which are dropped from time to time.
    private var kept: [RecordDetail] = []
    private var offered = 0
    /// The highest rank that was kept when details were last dropped; higher ones need not be added.
    private var worst: RecordDetail?

    init(limit: Int) { self.limit = limit }

    /// The number of details beyond the limit.
    var dropped: Int { max(0, offered - limit) }

    /// Counts a record that qualifies for details.
    /// - Returns: whether to add its details.
    mutating func admits(hasError: Bool, since: Timestamp, id: RecordID) -> Bool {
        offered += 1
        return limit > 0 && worst.map { (hasError ? 0 : 1, since, id) < $0.rank } ?? true
    }

    mutating func add(_ detail: RecordDetail) {
        kept.append(detail)
        if kept.count / 2 >= limit {
            kept = best
            worst = kept.last
        }
    }

    /// The details of the lowest rank, ordered by rank.
    private var best: [RecordDetail] { Array(kept.sorted { $0.rank < $1.rank }.prefix(limit)) }

    /// Returns the selected details, ordered by id.
    /// - Parameter now: the end of the poll; later times are capped at it.
    func details(now: Timestamp) -> [RecordDetail] {
        let unordered = kept.count > limit ? best : kept
        // Sorts indices: moving a detail retains and releases a dozen references.
        var details = unordered.indices.sorted { unordered[$0].id < unordered[$1].id }.map { unordered[$0] }
        for index in details.indices {
            details[index].since = min(details[index].since, now)
            details[index].createTime = details[index].createTime.map { min($0, now) }
        }
        return details
    }
}
