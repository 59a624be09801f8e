// SPDX-License-Identifier: Apache-2.0

/// The pages of one attempt in the order of their offsets, for checking that each begins with the last row of the page
/// before.
struct PageChain {
    /// The comparison of a page with its neighbors.
    struct Agreement {
        /// The number of neighbors that share a row with the page and have the same ID there.
        var count = 0
        /// The offsets of two pages that should share a row but don't; nil if there are none.
        var disagreeing: (left: Int, right: Int)?
    }

    /// The offsets of the requested pages, ascending.
    private var offsets: [Int] = []
    private var requests: [Int: ListingPlan.Request] = [:]
    private var pages: [Int: PageShape] = [:]
    /// The maximum number of rows of the pages not yet received.
    private(set) var outstandingRows = 0
    /// The number of rows of the received pages, counting each shared row once.
    private(set) var ownRows = 0

    /// The number of requested pages.
    var requestedCount: Int { offsets.count }
    /// The number of received pages.
    var receivedCount: Int { pages.count }
    /// The number of rows of the first page; 0 until it is received.
    var firstCount: Int { pages[0]?.rowCount ?? 0 }
    /// The number of fields outside of rows that had a wrong type.
    var malformedFields: Int { pages.values.reduce(0) { $0 + $1.malformedFields } }

    mutating func add(_ request: ListingPlan.Request) {
        offsets.insert(request.offset, at: index(of: request.offset))
        requests[request.offset] = request
        outstandingRows += request.limit
    }

    mutating func add(_ page: PageShape, at offset: Int) {
        pages[offset] = page
        guard let request = requests.removeValue(forKey: offset) else { return }
        outstandingRows -= request.limit
        ownRows += page.rowCount - (request.sharesFirst && page.rowCount > 0 ? 1 : 0)
    }

    /// Returns the offset of the page after the one at `offset`; nil if none was requested.
    func offset(after offset: Int) -> Int? {
        let next = index(of: offset + 1)
        return next < offsets.count ? offsets[next] : nil
    }

    /// Returns the number of rows of the page before the one at `offset`; nil if not received.
    func rowCount(before offset: Int) -> Int? {
        let index = index(of: offset)
        return index > 0 ? pages[offsets[index - 1]]?.rowCount : nil
    }

    /// Compares the page at `offset` with the neighbors received so far.
    func agreement(at offset: Int) -> Agreement {
        var agreement = Agreement()
        let index = index(of: offset)
        for left in [index - 1, index] where left >= 0 && left + 1 < offsets.count {
            switch agree(offsets[left], offsets[left + 1]) {
            case true?: agreement.count += 1
            case false?: agreement.disagreeing = (offsets[left], offsets[left + 1])
            case nil: break
            }
        }
        return agreement
    }

    /// Whether all pages were received and each begins with the last row of the page before.
    var allAgree: Bool {
        zip(offsets, offsets.dropFirst()).allSatisfy { left, right in
            if let agree = agree(left, right) { return agree }
            // An empty page right after the previous page's last row marks the end of the list.
            return pages[left].map { left + $0.rowCount == right } == true && pages[right]?.rowCount == 0
        }
    }

    /// Returns whether two pages have the same ID in the row that they share; nil if one is missing or they share none.
    private func agree(_ left: Int, _ right: Int) -> Bool? {
        guard let first = pages[left], let second = pages[right], left + first.rowCount - 1 == right else { return nil }
        return second.rowCount > 0 && first.lastID == second.firstID
    }

    /// Returns the index of `offset`, or where it would be inserted.
    private func index(of offset: Int) -> Int { offsets.partitioningIndex { $0 >= offset } }
}
