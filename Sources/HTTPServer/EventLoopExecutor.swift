// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Runs tasks on the thread of an event loop.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        // Keeps the executor alive until the job has run; the job itself doesn't.
        eventLoop.execute { withExtendedLifetime(self) { job.runSynchronously(on: executor) } }
    }
}
