// SPDX-License-Identifier: Apache-2.0

/// The pages of one attempt in the order of their offsets, and whether each begins with the row that the one before it
/// ended with.
struct PageChain {
    /// What a page's neighbors say about it.
    struct Agreement {
        /// Neighbors that share a row with the page and have the same id there.
        var count = 0
        /// The offsets of two neighbors that should share a row and do not; nil if there are none.
        var disagreeing: (left: Int, right: Int)?
    }

    /// The offsets of the pages that were asked for, ascending.
    private var offsets: [Int] = []
    private var requests: [Int: ListingPlan.Request] = [:]
    private var pages: [Int: PageShape] = [:]
    /// The most rows that the pages still to come can have.
    private(set) var outstandingRows = 0
    /// The rows of the pages that came, each shared row once.
    private(set) var ownRows = 0

    /// Pages that were asked for.
    var askedCount: Int { offsets.count }
    /// Pages that came.
    var receivedCount: Int { pages.count }
    /// The rows of the first page; 0 before it came.
    var firstCount: Int { pages[0]?.rowCount ?? 0 }
    /// Fields of the pages themselves that had a wrong type.
    var malformedFields: Int { pages.values.reduce(0) { $0 + $1.malformedFields } }

    mutating func ask(for request: ListingPlan.Request) {
        offsets.insert(request.offset, at: place(of: request.offset))
        requests[request.offset] = request
        outstandingRows += request.limit
    }

    mutating func add(_ page: PageShape, at offset: Int) {
        pages[offset] = page
        guard let request = requests.removeValue(forKey: offset) else { return }
        outstandingRows -= request.limit
        ownRows += page.rowCount - (request.sharesFirst && page.rowCount > 0 ? 1 : 0)
    }

    /// The offset of the page that follows the one at `offset`; nil if none was asked for.
    func offset(after offset: Int) -> Int? {
        let next = place(of: offset + 1)
        return next < offsets.count ? offsets[next] : nil
    }

    /// The rows of the page before the one at `offset`; nil if it has not come.
    func rowCount(before offset: Int) -> Int? {
        let place = place(of: offset)
        return place > 0 ? pages[offsets[place - 1]]?.rowCount : nil
    }

    /// Compares the page at `offset` with its neighbors, as far as they have come.
    func agreement(at offset: Int) -> Agreement {
        var agreement = Agreement()
        let place = place(of: offset)
        for left in [place - 1, place] where left >= 0 && left + 1 < offsets.count {
            switch agree(offsets[left], offsets[left + 1]) {
            case true?: agreement.count += 1
            case false?: agreement.disagreeing = (offsets[left], offsets[left + 1])
            case nil: break
            }
        }
        return agreement
    }

    /// Whether all pages came, and each begins with the row that the one before it ended with.
    var allAgree: Bool {
        zip(offsets, offsets.dropFirst()).allSatisfy { left, right in
            if let agree = agree(left, right) { return agree }
            // An empty page right after the last row shows that it is the last.
            return pages[left].map { left + $0.rowCount == right } == true && pages[right]?.rowCount == 0
        }
    }

    /// Whether two pages have the same id at the row that they share; nil if one is missing or they share none.
    private func agree(_ left: Int, _ right: Int) -> Bool? {
        guard let first = pages[left], let second = pages[right], left + first.rowCount - 1 == right else { return nil }
        return second.rowCount > 0 && first.lastID == second.firstID
    }

    /// Where `offset` is, or belongs.
    private func place(of offset: Int) -> Int { offsets.partitioningIndex { $0 >= offset } }
}
