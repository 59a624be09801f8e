// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// One record as it is served by itself.
public struct RecordDetail: Sendable, Equatable {
    /// The most bytes of a text that becomes a label.
    static let maximumTextBytes = 256
    /// The most bytes of an error message.
    static let maximumMessageBytes = 1_000

    /// Its id.
    public var id: RecordID
    /// Its name, where it has one.
    public var name: String?
    /// Its type.
    public var type: String
    /// Its status.
    public var status: String
    /// What the status means.
    public var phase: Phase
    /// Its visibility.
    public var visibility: String
    /// The latest moment at which it can have entered its status.
    public var since: Timestamp
    /// Why it failed.
    public var errorCode: String?
    /// The same in words; never a label.
    public var errorMessage: String?
    /// Who owns it, as ``OwnerLabel`` says.
    public var owner: String?
    /// The id of the user who owns it, unless ``OwnerLabel/none`` hides it.
    public var ownerID: String?
    /// Its image package.
    public var capID: String?
    /// The version of that package.
    public var capVersionID: String?

    /// Whether it needs attention: in transition, failed, abnormal or suspended, or with an error code unless it is inactive
    /// or gone. Public endpoints may belong to others and never need any.
    public var needsAttention: Bool {
        guard visibility == "PRIVATE" else { return false }
        return phase.needsAttention || errorCode != nil && ![.inactive, .gone].contains(phase)
    }

    /// Whether this one is to be kept rather than `other`: errors first, then those longest in their status.
    public func outranks(_ other: RecordDetail) -> Bool { rank < other.rank }

    /// Says which details are kept where there are too many: those of the lowest rank.
    fileprivate var rank: (Int, Timestamp, RecordID) { (errorCode == nil ? 1 : 0, since, id) }
}

/// The details of a listing that are kept: the best ones, up to a limit.
struct DetailSelection: Sendable {
    private let limit: Int
    /// Less than twice the limit; what is too much is dropped now and then.
    private var kept: [RecordDetail] = []
    private var offered = 0
    /// The worst that was kept when some were dropped; no worse one is needed.
    private var worst: RecordDetail?

    init(limit: Int) { self.limit = limit }

    /// Details offered that are not kept.
    var dropped: Int { max(0, offered - limit) }

    /// Counts a record that qualifies, and says whether to add its details.
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

    /// The best, ordered by rank.
    private var best: [RecordDetail] { Array(kept.sorted { $0.rank < $1.rank }.prefix(limit)) }

    /// The details that are kept, ordered by id.
    /// - Parameter now: the end of the poll; no time is later.
    func details(now: Timestamp) -> [RecordDetail] {
        let unordered = kept.count > limit ? best : kept
        // By their places: details are long, and moving one counts a dozen references.
        var details = unordered.indices.sorted { unordered[$0].id < unordered[$1].id }.map { unordered[$0] }
        for index in details.indices where details[index].since > now { details[index].since = now }
        return details
    }
}
