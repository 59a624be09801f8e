// SPDX-License-Identifier: Apache-2.0
import Base
import Dispatch
import Testing

@Suite("Blocking work")
struct BlockingWorkTests {
    /// Never retried during a test.
    private let work = BlockingWork(label: "test", retryDelay: .seconds(86_400))

    @Test("The result of the work is returned")
    func result() async throws {
        #expect(try await work.run { 42 } == 42)
    }

    @Test("A call fails after its timeout")
    func timeout() async {
        let door = DispatchSemaphore(value: 0)
        await #expect(throws: BlockingWork.Failure.timedOut) {
            try await work.run(within: .milliseconds(20)) { door.wait() }
        }
        door.signal()
    }

    @Test("While work hangs, further calls fail immediately")
    func hanging() async throws {
        let door = DispatchSemaphore(value: 0)
        await #expect(throws: BlockingWork.Failure.timedOut) {
            try await work.run(within: .milliseconds(20)) { door.wait() }
        }
        // With a timeout of a day, the test would hang if this call did not fail immediately.
        await #expect(throws: BlockingWork.Failure.timedOut) {
            try await work.run(within: .seconds(86_400)) { 1 }
        }
        door.signal()
        while (try? await work.run { true }) == nil { await Task.yield() }
    }

    @Test("A call fails when its task is canceled")
    func cancellation() async {
        let door = DispatchSemaphore(value: 0)
        let (began, beginning) = AsyncStream.makeStream(of: Void.self)
        let task = Task { [work] in
            try await work.run(within: .seconds(86_400)) {
                beginning.finish()
                door.wait()
            }
        }
        for await _ in began {}
        task.cancel()
        await #expect(throws: BlockingWork.Failure.canceled) { try await task.value }
        door.signal()
    }

    @Test("Work is not started for a canceled task")
    func canceledBefore() async {
        let task = Task { [work] in
            while !Task.isCancelled { await Task.yield() }
            return try await work.run { 1 }
        }
        task.cancel()
        await #expect(throws: BlockingWork.Failure.canceled) { try await task.value }
    }

    @Test("After the retry delay, a call runs on a new thread while the old one hangs")
    func newThread() async throws {
        let door = DispatchSemaphore(value: 0)
        let work = BlockingWork(label: "test", retryDelay: .zero)
        await #expect(throws: BlockingWork.Failure.timedOut) {
            try await work.run(within: .milliseconds(20)) { door.wait() }
        }
        #expect(try await work.run { 2 } == 2)
        door.signal()
    }
}
