// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Polling

@Suite("The numbers of two discoveries in a row")
struct DiscoveredCountTests {
    private static let cases: [(before: (Int, Int)?, now: (Int, Int), change: DiscoveredCount.Change?)] = [
        (nil, (5, 5), nil), (nil, (0, 0), .lostAll), (nil, (5, 0), .lostAll),
        ((5, 5), (0, 0), .lostAll), ((5, 5), (5, 0), .lostAll),
        // Once, and again only for another cause.
        ((0, 0), (0, 0), nil), ((5, 0), (7, 0), nil), ((0, 0), (5, 0), .lostAll), ((5, 0), (0, 0), .lostAll),
        ((0, 0), (1, 1), .regained), ((5, 0), (5, 1), .regained),
        // Half is not fewer than half.
        ((10, 10), (5, 5), nil), ((10, 10), (4, 4), .fell), ((10, 4), (4, 4), .fell), ((10, 10), (10, 4), .fell),
        ((1, 1), (1, 1), nil), ((2, 2), (1, 1), nil), ((3, 3), (1, 1), .fell), ((4, 4), (9, 9), nil),
    ]

    @Test("What is lost, regained or has fallen to fewer than half", arguments: cases.indices)
    func change(index: Int) {
        let (before, now, change) = Self.cases[index]
        let count = DiscoveredCount(found: now.0, selected: now.1)
        let last = before.map { DiscoveredCount(found: $0.0, selected: $0.1) }
        #expect(count.change(since: last) == change, "\(String(describing: last)) to \(count)")
    }
}
