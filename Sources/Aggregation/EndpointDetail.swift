// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// Which endpoints are served one by one.
public enum DetailLevel: String, Sendable, CaseIterable {
    /// Those in transition, failed, or with an error code.
    case problems
    case all
    case none
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

    /// Whether it is on its way, has failed, or has an error code.
    public var isProblem: Bool { status.isProblem(errorCode: errorCode) }

    /// Whether this one is to be kept rather than `other`: errors first, then those longest in their status.
    public func outranks(_ other: EndpointDetail) -> Bool {
        DetailRank(self).outranks(DetailRank(other))
    }
}

/// What says which details are kept where there are too many.
struct DetailRank: Sendable {
    var hasError: Bool
    var since: Timestamp
    var id: EndpointID

    func outranks(_ other: DetailRank) -> Bool {
        if hasError != other.hasError { return hasError }
        if since != other.since { return since < other.since }
        return id < other.id
    }
}

extension DetailRank {
    fileprivate init(_ detail: EndpointDetail) {
        self.init(hasError: detail.errorCode != nil, since: detail.since, id: detail.id)
    }
}

/// The best details of a listing, at most so many: a heap with the one to drop next on top, so that memory does not grow
/// with the listing.
struct DetailSelection: Sendable {
    /// An endpoint while its listing goes on; words by their numbers in the listing's table.
    struct Candidate: Sendable {
        var id: EndpointID
        var since: Timestamp
        var type: UInt32
        var status: UInt32
        var visibility: UInt32
        var errorCode: UInt32
        var name: String?
        var errorMessage: String?

        var rank: DetailRank { DetailRank(hasError: errorCode != WordTable.none, since: since, id: id) }
    }

    private let limit: Int
    private var heap: [Candidate] = []
    /// Details offered that were not kept.
    private(set) var dropped = 0

    init(limit: Int) { self.limit = limit }

    /// Hands over what was kept, ordered by id.
    func forEachKept(_ body: (Candidate) -> Void) {
        // Places are sorted rather than candidates, which are large and hold texts.
        let order = heap.withUnsafeBufferPointer { heap in
            heap.indices.sorted { heap[$0].id < heap[$1].id }
        }
        for place in order { body(heap[place]) }
    }

    /// Keeps `candidate`, if it belongs to the best.
    /// - Parameter addTexts: makes its texts, where they are needed.
    mutating func offer(_ candidate: Candidate, addTexts: (inout Candidate) -> Void = { _ in }) {
        let isFull = heap.count >= limit
        if isFull {
            dropped += 1
            guard let worst = heap.first, candidate.rank.outranks(worst.rank) else { return }
        }
        var candidate = candidate
        addTexts(&candidate)
        if isFull {
            heap[0] = candidate
            siftDown(0)
        } else {
            heap.append(candidate)
            siftUp(heap.count - 1)
        }
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[parent].rank.outranks(heap[child].rank) else { return }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var worst = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[worst].rank.outranks(heap[child].rank) { worst = child }
            }
            guard worst != parent else { return }
            heap.swapAt(parent, worst)
            parent = worst
        }
    }
}
