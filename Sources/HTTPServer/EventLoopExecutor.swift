// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Runs tasks on the thread of an event loop.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        // Holds the executor until the job has run, which the job itself does not.
        eventLoop.execute { withExtendedLifetime(self) { job.runSynchronously(on: executor) } }
    }
}
