// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Polling

@Suite("Changes between consecutive discoveries")
struct DiscoveredCountTests {
    private static let cases: [(before: (Int, Int)?, now: (Int, Int), change: DiscoveredCount.Change?)] = [
        (nil, (5, 5), nil), (nil, (0, 0), .lostAll), (nil, (5, 0), .lostAll),
        ((5, 5), (0, 0), .lostAll), ((5, 5), (5, 0), .lostAll),
        // Repeated only if the cause changes.
        ((0, 0), (0, 0), nil), ((5, 0), (7, 0), nil), ((0, 0), (5, 0), .lostAll), ((5, 0), (0, 0), .lostAll),
        ((0, 0), (1, 1), .regained), ((5, 0), (5, 1), .regained),
        // Exactly half doesn't count as a fall.
        ((10, 10), (5, 5), nil), ((10, 10), (4, 4), .fell), ((10, 4), (4, 4), .fell), ((10, 10), (10, 4), .fell),
        ((1, 1), (1, 1), nil), ((2, 2), (1, 1), nil), ((3, 3), (1, 1), .fell), ((4, 4), (9, 9), nil),
    ]

    @Test("Lost all, regained, and fallen below half are detected", arguments: cases.indices)
    func change(index: Int) {
        let (before, now, change) = Self.cases[index]
        let count = DiscoveredCount(found: now.0, selected: now.1)
        let last = before.map { DiscoveredCount(found: $0.0, selected: $0.1) }
        #expect(count.change(since: last) == change, "\(String(describing: last)) to \(count)")
    }
}
