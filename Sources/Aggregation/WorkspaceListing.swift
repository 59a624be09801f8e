// SPDX-License-Identifier: Apache-2.0
public import Exposition
public import FabricModel

/// What a complete listing says of a workspace; immutable.
public struct WorkspaceListing: Sendable {
    /// What a listing counts beside its rows.
    public struct Counts: Sendable, Equatable {
        /// Distinct endpoints.
        public var endpoints: Int
        /// Records without a usable id.
        public var skippedRecords: Int
        /// Fields of a wrong type, or unreadable times.
        public var malformedFields: Int

        /// Counts of these numbers.
        public init(endpoints: Int, skippedRecords: Int, malformedFields: Int) {
            self.endpoints = endpoints
            self.skippedRecords = skippedRecords
            self.malformedFields = malformedFields
        }
    }

    /// What the listing counted.
    public let counts: Counts
    /// The same in a few numbers.
    public let summary: ListingSummary
    /// What the next listing is to know.
    public let memory: WorkspaceMemory
    let labels: [Label]
    let cells: ListingCells
    private(set) var detailList: DetailList
    /// The page of one that is written once is rendered as it is written.
    public private(set) var rendered: Fragment?

    /// The listing that `tally` was folded from.
    /// - Parameters:
    ///   - labels: the workspace's labels.
    ///   - now: the end of the poll; no time of a status is later, and it stands in for times that are unknown.
    public init(tally: EndpointTally, counts: Counts, labels: [Label], now: Timestamp) {
        let (cells, renumbered) = ListingCells.make(of: tally, now: now)
        self.counts = counts
        self.labels = labels
        self.cells = cells
        summary = ListingSummary(cells)
        detailList = Self.details(of: tally.details, renumbered, now: now)
        memory = tally.settings.remembers ? WorkspaceMemory(tally, cells, renumbered, now: now) : WorkspaceMemory()
        if tally.settings.remembers { rendered = render() }
    }

    private static func details(
        of selection: DetailSelection, _ renumbered: [UInt32], now: Timestamp
    ) -> DetailList {
        var list = DetailList()
        selection.forEachKept { detail in
            let words = DetailList.Words(
                type: renumbered[Int(detail.type)], status: renumbered[Int(detail.status)],
                visibility: renumbered[Int(detail.visibility)], errorCode: renumbered[Int(detail.errorCode)])
            list.append(
                DetailList.Item(id: detail.id, words: words, since: min(detail.since, now)), name: detail.name,
                message: detail.errorMessage)
        }
        list.close()
        return list
    }

    /// The endpoints served one by one, ordered by id. Made of what is kept of them each time that they are asked for.
    public var details: [EndpointDetail] {
        var details: [EndpointDetail] = []
        details.reserveCapacity(detailList.count)
        detailList.forEach { item, name, message in
            func word(_ number: UInt32) -> Word { cells.words[Int(number)] }
            let words = item.words
            details.append(
                EndpointDetail(
                    id: item.id, name: PageText(name).string, type: word(words.type),
                    status: EndpointStatus(word(words.status)), visibility: word(words.visibility), since: item.since,
                    errorCode: words.errorCode == WordTable.none ? nil : word(words.errorCode),
                    errorMessage: PageText(message).string))
        }
        return details
    }

    /// The same listing without what no page needs: for one that is written once, and kept until all are there.
    public var forPageAlone: WorkspaceListing {
        var listing = self
        listing.detailList = detailList.withoutMessages
        return listing
    }
}

extension WorkspaceMemory {
    fileprivate init(_ tally: EndpointTally, _ cells: ListingCells, _ renumbered: [UInt32], now: Timestamp) {
        for word in cells.words { _ = words.number(of: word) }
        statuses = tally.statuses
        statuses.settle(thisPoll: now, renumbered: renumbered)
        counted = cells.counts.map(\.key)
        capacities = cells.capacities.map(\.key)
    }
}
