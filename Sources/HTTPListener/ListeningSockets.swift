// SPDX-License-Identifier: Apache-2.0
import Glibc
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
}

/// Opens listening sockets.
enum ListeningSockets {
    /// Shared by all listeners and never shut down. Two threads move far more bytes than scrapes need; NIO's own shared
    /// group would start one for each core of the machine, whatever the container may use.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// One socket for each address of `settings`, all or none.
    static func open(
        _ settings: ListenerSettings, registry: ConnectionRegistry, handshakes: LimitedLog
    ) async throws -> [ListeningSocket] {
        var opened: [ListeningSocket] = []
        do {
            for address in settings.addresses {
                let channel = try await open(address, bootstrap(settings, registry, handshakes))
                opened.append(ListeningSocket(channel: channel, isOwn: true))
            }
            for socket in settings.boundSockets {
                let channel = try await bootstrap(settings, registry, handshakes).withBoundSocket(socket).get()
                opened.append(ListeningSocket(channel: channel, isOwn: false))
            }
        } catch {
            for socket in opened { try? await socket.channel.close() }
            throw error
        }
        return opened
    }

    private static func bootstrap(
        _ settings: ListenerSettings, _ registry: ConnectionRegistry, _ handshakes: LimitedLog
    ) -> ServerBootstrap {
        ServerBootstrap(group: threads)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try SocketDescriptor.keepFromPrograms(channel) }
            }
            .childChannelInitializer { channel in
                guard registry.admit(channel) else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    try SocketDescriptor.keepFromPrograms(channel)
                    registry.enqueue(
                        try Connection(configuring: channel, settings: settings, handshakes: handshakes))
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
