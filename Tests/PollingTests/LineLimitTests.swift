// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Polling

@Suite("The limit of lines that a remote side can cause")
struct LineLimitTests {
    private let start = ContinuousClock.now

    @Test("No 60 seconds hold more than 60 lines, wherever they begin")
    func slidingMinute() {
        var limit = LineLimit()
        let seconds = (0..<200).filter { limit.admits(start + .seconds($0 / 2)) }.map { $0 / 2 }
        #expect(seconds == (0..<60).map { $0 / 2 } + (120..<180).map { $0 / 2 })
    }

    @Test("The lines that were refused are counted, and told when a minute has passed since the first")
    func refused() {
        var limit = LineLimit()
        let first = (0..<60).filter { _ in limit.admits(start) }.count
        let early = limit.takeRefused(by: nil)
        let more = (1...5).filter { limit.admits(start + .seconds($0)) }
        #expect(first == 60 && early == 0 && more == [])
        let told = [start + .seconds(60), start + .seconds(61), nil].map { limit.takeRefused(by: $0) }
        #expect(told == [0, 5, 0])
        let isAdmitted = limit.admits(start + .seconds(59))
        let last = limit.takeRefused(by: nil)
        #expect(!isAdmitted && last == 1)
    }
}
