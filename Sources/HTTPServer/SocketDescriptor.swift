// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore

/// Operations on socket descriptors that NIO doesn't provide.
enum SocketDescriptor {
    /// Sets `FD_CLOEXEC` on the socket of `channel`. A child process that inherits a socket would keep it open:
    /// connections would not be accepted, or would not end for the peer. Must be called on the channel's event loop.
    static func setCloseOnExec(_ channel: any Channel) throws {
        try withDescriptor(of: channel) { descriptor in
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
                throw IOError(errnoCode: errno, reason: "fcntl")
            }
        }
    }

    /// Stops listening, even if a child process that has not yet executed its program has the socket open. Must be
    /// called on the channel's event loop, before the channel is closed.
    static func stopListening(_ channel: any Channel) {
        try? withDescriptor(of: channel) { _ = Glibc.shutdown($0, Int32(SHUT_RDWR)) }
    }

    /// Limits the unsent bytes that the kernel buffers for each slow client. Ignores errors: the option is optional.
    static func limitUnsentBytes(_ channel: any Channel) {
        try? withDescriptor(of: channel) { descriptor in
            var bytes: CInt = 128 * 1024
            setsockopt(
                descriptor, CInt(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &bytes, socklen_t(MemoryLayout<CInt>.size))
        }
    }

    /// Returns whether a socket has received bytes that have not been read.
    static func hasUnreadBytes(_ descriptor: CInt) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    /// The process's limit on open files, including sockets.
    static var maximumOpenFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Calls `body` with the descriptor of `channel`. Must be called on the channel's event loop.
    static func withDescriptor(of channel: any Channel, _ body: (CInt) throws -> Void) throws {
        try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self, body)
    }
}
