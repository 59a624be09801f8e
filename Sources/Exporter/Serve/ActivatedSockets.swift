// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// Listening sockets that the service manager opened and handed over (systemd's socket activation).
enum ActivatedSockets {
    /// The first of them; the number is fixed by the protocol.
    private static let first: Int32 = 3

    /// The sockets' descriptors, closed on exec from now on; the variables that tell of them are taken away, so that no
    /// other program believes they are its own.
    /// - Throws: ``ExporterError`` when none was handed over to this process, or one of them is no listening socket.
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
                throw ExporterError("--web.systemd-socket: descriptor \(socket) is no listening socket")
            }
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        }
        return sockets
    }

    static func descriptors(pid: String?, count: String?, own: Int32) throws(ExporterError) -> [Int32] {
        guard let pid, let count, Int32(pid) == own, let number = Int32(count), (1...64).contains(number) else {
            throw ExporterError("--web.systemd-socket: the service manager handed no socket to this process")
        }
        return (0..<number).map { first + $0 }
    }
}
