// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization
import Testing

@testable import CurlTransport

@Suite(.timeLimit(.minutes(1))) struct OwnedThreadTests {
    @Test("A thread is as much nicer as it was asked for, and no other becomes so")
    func niceness() throws {
        /// Of the thread that calls it.
        @Sendable func own() -> CInt { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }
        let niceness = Mutex<CInt?>(nil)
        let before = own()
        let thread = try #require(
            OwnedThread(named: "test", niceness: 3) { niceness.withLock { $0 = own() } })
        thread.join()
        #expect(niceness.withLock { $0 } == min(before + 3, 19))
        #expect(own() == before)
    }
}
