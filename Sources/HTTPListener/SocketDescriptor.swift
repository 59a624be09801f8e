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

    private static func withDescriptor(of channel: any Channel, _ body: (CInt) throws -> Void) throws {
        try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self, body)
    }
}
