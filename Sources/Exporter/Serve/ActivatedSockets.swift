// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The listening sockets passed by systemd's socket activation.
enum ActivatedSockets {
    /// The first descriptor, fixed by the protocol.
    private static let first: Int32 = 3

    /// Returns the sockets' descriptors and sets close-on-exec. Unsets the `LISTEN_*` variables, so that child
    /// processes don't use them.
    /// - Throws: ``ExporterError`` if no socket was passed to this process, or one is not a listening socket.
    static func take() throws(ExporterError) -> [Int32] {
        let sockets = try descriptors(
            pid: getenv("LISTEN_PID").map { String(cString: $0) },
            count: getenv("LISTEN_FDS").map { String(cString: $0) },
            own: getpid())
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
        for socket in sockets {
            var listens: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            guard getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens != 0 else {
                throw ExporterError("--web.systemd-socket: descriptor \(socket) is not a listening socket")
            }
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        }
        return sockets
    }

    static func descriptors(pid: String?, count: String?, own: Int32) throws(ExporterError) -> [Int32] {
        guard let pid, let count, Int32(pid) == own, let number = Int32(count), (1...64).contains(number) else {
            throw ExporterError(
                "--web.systemd-socket: systemd passed no socket to this process; start it from a socket unit")
        }
        return (0..<number).map { first + $0 }
    }
}
