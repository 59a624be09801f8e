// SPDX-License-Identifier: Apache-2.0
import Base
import Glibc
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct OwnedThreadTests {
    @Test("A low-priority thread has a higher nice value; other threads keep theirs")
    func niceness() throws {
        /// Returns the nice value of the calling thread.
        @Sendable func current() -> CInt { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }
        let niceness = Mutex<CInt?>(nil)
        let before = current()
        let thread = try #require(
            OwnedThread(isLowPriority: true) { niceness.withLock { $0 = current() } })
        thread.join()
        #expect(niceness.withLock { $0 } == min(before + 5, 19))
        #expect(current() == before)
    }
}
