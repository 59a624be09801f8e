// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore

/// What must be asked of the descriptor itself, because NIO does not.
enum SocketDescriptor {
    /// Keeps programs that this process starts from inheriting the socket of `channel`. One that did would hold it open
    /// after it was closed here: connections would be accepted by nobody, or never be seen to end. To be called on the
    /// channel's event loop.
    static func keepFromPrograms(_ channel: any Channel) throws {
        try withDescriptor(of: channel) { descriptor in
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
                throw IOError(errnoCode: errno, reason: "fcntl")
            }
        }
    }

    /// Ends the listening itself, whoever else holds the socket: a program that is just being started does, until it
    /// runs. To be called on the channel's event loop, before the channel is closed.
    static func stopListening(_ channel: any Channel) {
        try? withDescriptor(of: channel) { _ = Glibc.shutdown($0, Int32(SHUT_RDWR)) }
    }

    /// Keeps the kernel from holding megabytes for each slow client. Nothing is lost where it does not know the option.
    static func limitUnsentBytes(_ channel: any Channel) {
        try? withDescriptor(of: channel) { descriptor in
            var bytes: CInt = 128 * 1024
            setsockopt(
                descriptor, CInt(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &bytes, socklen_t(MemoryLayout<CInt>.size))
        }
    }

    /// Whether a socket has received bytes that have not been read.
    static func hasUnreadBytes(_ descriptor: CInt) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    /// How many files, sockets included, the process may have open.
    static var maximumOpenFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Runs `body` with the descriptor of `channel`; on the channel's event loop.
    static func withDescriptor(of channel: any Channel, _ body: (CInt) throws -> Void) throws {
        try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self, body)
    }
}
