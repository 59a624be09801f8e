// SPDX-License-Identifier: Apache-2.0
import Base
import Glibc
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct OwnedThreadTests {
    @Test("A thread of low priority is nicer, and no other becomes so")
    func niceness() throws {
        /// Of the thread that calls it.
        @Sendable func own() -> CInt { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }
        let niceness = Mutex<CInt?>(nil)
        let before = own()
        let thread = try #require(
            OwnedThread(isLowPriority: true) { niceness.withLock { $0 = own() } })
        thread.join()
        #expect(niceness.withLock { $0 } == min(before + 5, 19))
        #expect(own() == before)
    }
}
