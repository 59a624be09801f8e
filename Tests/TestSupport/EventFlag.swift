// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A flag that threads can wait for together with a socket. Once raised, it stays raised.
final class EventFlag: Sendable {
    enum Outcome { case readable, raised, timeout }

    private let descriptor: Int32
    private let writer: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemFailure("pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writer) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(writer)
    }

    func raise() {
        // The byte is never read, so the flag stays raised; if the pipe is full, it is raised already.
        _ = write(writer, "!", 1)
    }

    /// Blocks until the flag is raised, `socket` is readable or closed, or `timeout` has elapsed.
    func wait(with socket: Int32, timeout: Duration?) -> Outcome {
        var entries = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = timeout.map { Int32($0 / .milliseconds(1)) } ?? -1
        while poll(&entries, 2, milliseconds) < 0, errno == EINTR {}
        if entries[0].revents != 0 { return .raised }
        return entries[1].revents != 0 ? .readable : .timeout
    }
}
