// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import NIOCore
import NIOPosix

/// An address that cannot be listened on.
public struct ListenFailure: Error, CustomStringConvertible {
    /// The address as it was asked for.
    public var address: ListenAddress
    /// Why, in the operating system's words.
    public var reason: String

    /// The whole sentence.
    public var description: String { "cannot listen on \(address): \(reason)" }
}

/// A socket that is listened on.
struct ListeningSocket: Sendable {
    let channel: any Channel
    /// Whether this process opened it. One that was handed over is the service manager's, which keeps it listening while
    /// processes come and go.
    let isOwn: Bool

    /// Stops listening here; on a socket of this process' own, also for a program that is just being started and holds it.
    func close() {
        channel.eventLoop.execute {
            if isOwn { SocketDescriptor.stopListening(channel) }
            channel.close(promise: nil)
        }
    }

    /// Shared by all listeners and never shut down. Two threads move far more bytes than scrapes need; NIO's own shared
    /// group would start one for each core of the machine, whatever the container may use.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// How much is read from a connection at a time; a request of the usual size fits.
    private static let readBytes = 4 * 1024
    /// How long no connection is accepted after there was no descriptor for one.
    private static let acceptPause = TimeAmount.milliseconds(100)
    /// How many idle connections are closed where there is no descriptor for a new one: polls and files need some too.
    private static let connectionsClosedForRoom = 8

    /// One socket for each address of `settings`, all or none.
    static func open(
        _ settings: ListenerSettings, registry: ConnectionRegistry, logs: ListenerLogs
    ) async throws -> [ListeningSocket] {
        var opened: [ListeningSocket] = []
        do {
            for address in settings.addresses {
                let channel = try await open(address, bootstrap(settings, registry, logs))
                opened.append(ListeningSocket(channel: channel, isOwn: true))
            }
            for socket in settings.boundSockets {
                let channel = try await bootstrap(settings, registry, logs).withBoundSocket(socket).get()
                opened.append(ListeningSocket(channel: channel, isOwn: false))
            }
        } catch {
            for socket in opened { try? await socket.channel.close() }
            throw error
        }
        return opened
    }

    private static func bootstrap(
        _ settings: ListenerSettings, _ registry: ConnectionRegistry, _ logs: ListenerLogs
    ) -> ServerBootstrap {
        ServerBootstrap(group: threads)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Before each connection is accepted there is a look whether it has to wait.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: settings.allowsHalfClosure)
            // What one read brings beyond the current request is held in memory.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
            .serverChannelInitializer { channel in
                let eventLoop = channel.eventLoop
                return eventLoop.makeCompletedFuture {
                    try SocketDescriptor.keepFromPrograms(channel)
                    let refuse = { (connection: any Channel) in
                        logs.refusals.note(
                            peer: connection.remoteAddress.flatMap(addressText), reason: "all connections are busy",
                            on: eventLoop)
                    }
                    let gate = AcceptGate(
                        pause: acceptPause, roomTimeout: TimeAmount(settings.roomTimeout), registry: registry,
                        noteRefusal: refuse
                    ) { error in
                        let closed = registry.makeRoom(connectionsClosedForRoom)
                        let reason = reason(error)
                        logs.accepts.note(
                            ["reason": "\(reason)", "idle_closed": .stringConvertible(closed)], on: eventLoop)
                    }
                    try channel.pipeline.syncOperations.addHandler(gate)
                }
            }
            .childChannelInitializer { channel in
                let id = ObjectIdentifier(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try SocketDescriptor.keepFromPrograms(channel)
                    SocketDescriptor.limitUnsentBytes(channel)
                    try SocketDescriptor.withDescriptor(of: channel) { registry.setUp(id, descriptor: $0) }
                    registry.enqueue(
                        try Connection(configuring: channel, settings: settings, handshakes: logs.handshakes) {
                            registry.note($0, of: id)
                        })
                }
            }
    }

    private static func open(
        _ address: ListenAddress, _ bootstrap: ServerBootstrap
    ) async throws(ListenFailure) -> any Channel {
        do {
            guard address.host.isEmpty else {
                return try await bootstrap.bind(host: address.host, port: address.port).get()
            }
            do {
                // NIO clears IPV6_V6ONLY on its sockets, so this one takes IPv4 too.
                return try await bootstrap.bind(to: SocketAddress(ipAddress: "::", port: address.port)).get()
            } catch let error as IOError where error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL {
                return try await bootstrap.bind(to: SocketAddress(ipAddress: "0.0.0.0", port: address.port)).get()
            }
        } catch {
            throw ListenFailure(address: address, reason: reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError:
            let text = String(cString: strerror(error.errnoCode))
            return text.prefix(1).lowercased() + text.dropFirst()
        case is SocketAddressError: return "the host name cannot be resolved"
        default: return "\(error)"
        }
    }
}
