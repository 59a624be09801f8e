// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// Which endpoints are served one by one.
public enum DetailLevel: String, Sendable, CaseIterable {
    /// Those in transition, failed, or with an error code.
    case problems
    case all
    case none

    /// The rows that it takes, which need their texts.
    var texts: RowTexts {
        switch self {
        case .problems: .ofProblems
        case .all: .all
        case .none: .none
        }
    }
}

/// One endpoint as it is served by itself.
public struct EndpointDetail: Sendable, Equatable {
    /// Its id.
    public var id: EndpointID
    /// Its name, where it has one.
    public var name: String?
    /// Its type.
    public var type: Word
    /// Its status.
    public var status: EndpointStatus
    /// Its visibility.
    public var visibility: Word
    /// The latest moment at which it can have entered its status.
    public var since: Timestamp
    /// Why it failed.
    public var errorCode: Word?
    /// The same in words; never a label.
    public var errorMessage: String?

    init(_ row: EndpointRow, since: Timestamp) {
        id = row.id
        name = row.name
        type = row.type
        status = row.status
        visibility = row.visibility
        self.since = since
        errorCode = row.errorCode
        errorMessage = row.errorMessage
    }

    /// Whether it is on its way, has failed, or has an error code.
    public var isProblem: Bool { status.isProblem(errorCode: errorCode) }

    /// Whether this one is to be kept rather than `other`: errors first, then those longest in their status.
    public func outranks(_ other: EndpointDetail) -> Bool {
        if (errorCode != nil) != (other.errorCode != nil) { return errorCode != nil }
        if since != other.since { return since < other.since }
        return id < other.id
    }
}

/// The best details of a listing, at most so many: a heap with the one to drop next on top, so that memory does not grow
/// with the listing.
struct DetailSelection: Sendable {
    private let limit: Int
    private var heap: [EndpointDetail] = []
    /// Details offered that were not kept.
    private(set) var dropped = 0

    init(limit: Int) { self.limit = limit }

    /// What was kept, ordered by id.
    var kept: [EndpointDetail] { heap.sorted { $0.id < $1.id } }

    mutating func offer(_ detail: EndpointDetail) {
        if heap.count < limit {
            heap.append(detail)
            siftUp(heap.count - 1)
            return
        }
        dropped += 1
        if let worst = heap.first, detail.outranks(worst) {
            heap[0] = detail
            siftDown(0)
        }
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[parent].outranks(heap[child]) else { return }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var worst = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[worst].outranks(heap[child]) { worst = child }
            }
            guard worst != parent else { return }
            heap.swapAt(parent, worst)
            parent = worst
        }
    }
}
