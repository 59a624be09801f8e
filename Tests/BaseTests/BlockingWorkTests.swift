// SPDX-License-Identifier: Apache-2.0
import Base
import Dispatch
import Testing

@Suite("Blocking work")
struct BlockingWorkTests {
    /// With a pause that no test outlasts.
    private let work = BlockingWork(label: "test", pause: .seconds(86_400))

    @Test("gives its result")
    func result() async throws {
        #expect(try await work.run { 42 } == 42)
    }

    @Test("is waited for no longer than the limit")
    func limit() async {
        let door = DispatchSemaphore(value: 0)
        await #expect(throws: BlockingWork.Failure.timedOut) {
            try await work.run(within: .milliseconds(20)) { door.wait() }
        }
        door.signal()
    }

    @Test("that hangs makes further calls fail at once, until it ends")
    func hanging() async throws {
        let door = DispatchSemaphore(value: 0)
        await #expect(throws: BlockingWork.Failure.timedOut) {
            try await work.run(within: .milliseconds(20)) { door.wait() }
        }
        // A limit of a day: were this call not refused at once, the test would hang.
        await #expect(throws: BlockingWork.Failure.timedOut) {
            try await work.run(within: .seconds(86_400)) { 1 }
        }
        door.signal()
        while (try? await work.run { true }) == nil { await Task.yield() }
    }

    @Test("stops being waited for when the waiting task is canceled")
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

    @Test("is not begun for a task that was canceled before")
    func canceledBefore() async {
        let task = Task { [work] in
            while !Task.isCancelled { await Task.yield() }
            return try await work.run { 1 }
        }
        task.cancel()
        await #expect(throws: BlockingWork.Failure.canceled) { try await task.value }
    }

    @Test("that hangs for good keeps later calls from a thread of their own only for a pause")
    func newThread() async throws {
        let door = DispatchSemaphore(value: 0)
        let work = BlockingWork(label: "test", pause: .zero)
        await #expect(throws: BlockingWork.Failure.timedOut) {
            try await work.run(within: .milliseconds(20)) { door.wait() }
        }
        #expect(try await work.run { 2 } == 2)
        door.signal()
    }
}
