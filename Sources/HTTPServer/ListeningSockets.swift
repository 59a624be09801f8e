// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import NIOCore
import NIOPosix

/// The error for an address that cannot be bound.
public struct ListenFailure: Error, CustomStringConvertible {
    /// The configured address.
    public var address: ListenAddress
    /// The reason, such as the system's error message.
    public var reason: String

    /// A message with the address and the reason.
    public var description: String { "cannot listen on \(address): \(reason)" }
}

/// A listening socket.
struct ListeningSocket: Sendable {
    let channel: any Channel
    /// Whether this process opened the socket. Others belong to a service manager, which keeps them listening.
    let isOwn: Bool

    /// Closes the socket. If it is the process's own, also stops listening in child processes that have inherited it
    /// and have not yet executed their program.
    func close() {
        channel.eventLoop.execute {
            if isOwn { SocketDescriptor.stopListening(channel) }
            channel.close(promise: nil)
        }
    }

    /// The event loops of all listeners, never shut down. Two threads are more than enough for scrapes; NIO's shared
    /// group would start one per core of the machine, regardless of the container's limit.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// The size of a read from a connection, in bytes; fits a typical request.
    private static let readBytes = 4 * 1024
    /// How long no connections are accepted after there was no file descriptor for one.
    private static let acceptPause = TimeAmount.milliseconds(100)
    /// The number of idle connections closed when there is no file descriptor: polls and files need descriptors too.
    private static let connectionsToClose = 8

    /// Opens a socket for each address in `settings`, all or none.
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
            // One at a time, so that AcceptGate can delay each of them.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: settings.allowsHalfClosure)
            // Bytes beyond the current request are kept in memory, so read at most one buffer.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
            .serverChannelInitializer { channel in
                let eventLoop = channel.eventLoop
                return eventLoop.makeCompletedFuture {
                    try SocketDescriptor.setCloseOnExec(channel)
                    let logRejection = { (connection: any Channel) in
                        logs.rejections.note(
                            peer: connection.remoteAddress.flatMap(addressText), reason: "all connections are busy",
                            on: eventLoop)
                    }
                    let gate = AcceptGate(
                        pause: acceptPause, admissionTimeout: TimeAmount(settings.admissionTimeout), registry: registry,
                        onRejection: logRejection
                    ) { error in
                        let closed = registry.closeIdle(connectionsToClose)
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
                    try SocketDescriptor.setCloseOnExec(channel)
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
                // NIO clears IPV6_V6ONLY on its sockets, so this one accepts IPv4 too.
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
