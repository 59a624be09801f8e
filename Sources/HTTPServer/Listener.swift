// SPDX-License-Identifier: Apache-2.0
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/1.1 server with listening sockets and a child task per connection.
///
/// Responses on a connection are sent in the order of requests. A peer that closes its sending side still receives its
/// responses, unless the settings disable that. If it resets the connection, the handler's task is canceled.
public final class Listener: Sendable {
    /// Handles a request. Runs on the event loop of the connection, which also serves others: long work must run
    /// elsewhere.
    public typealias Handler = @Sendable (ListenerRequest) async -> ListenerResponse

    private let sockets: [ListeningSocket]
    private let registry: ConnectionRegistry
    private let settings: ListenerSettings
    private let logger: Logger
    private let logs: ListenerLogs
    private let inFlight: ResponsesInFlight
    private let handler: Handler

    private init(
        sockets: [ListeningSocket], registry: ConnectionRegistry, settings: ListenerSettings, logger: Logger,
        logs: ListenerLogs, handler: @escaping Handler
    ) {
        self.sockets = sockets
        self.registry = registry
        self.settings = settings
        self.logger = logger
        self.logs = logs
        inFlight = ResponsesInFlight(limit: settings.maxBytesInFlight) { connection in
            logs.drops.note(
                peer: connection.remoteAddress, reason: "too many bytes in flight", on: connection.channel.eventLoop)
        }
        self.handler = handler
    }

    /// Opens the sockets in `settings`. Connections are queued until ``run()``.
    /// - Throws: ``ListenFailure`` if an address cannot be bound; all sockets are closed then.
    public static func bind(
        _ settings: ListenerSettings, logger: Logger, handler: @escaping Handler
    ) async throws -> Listener {
        let registry = ConnectionRegistry(
            limit: min(settings.maxConnections, max(1, SocketDescriptor.maximumOpenFiles / 2)))
        let logs = ListenerLogs(period: settings.logPeriod, logger: logger)
        let sockets = try await ListeningSocket.open(settings, registry: registry, logs: logs)
        return Listener(
            sockets: sockets, registry: registry, settings: settings, logger: logger, logs: logs, handler: handler)
    }

    /// The bound addresses, such as `127.0.0.1:41234`, in the order of the settings.
    public var boundAddresses: [String] { sockets.compactMap { $0.channel.localAddress.flatMap(addressText) } }

    /// Serves until ``shutdown(grace:)`` has closed the last connection, or until the task is canceled, which closes
    /// all connections immediately. Must be called once.
    public func run() async throws {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for await connection in registry.accepted {
                    // On the connection's event loop, so that a request needs no thread switch.
                    group.addTask(executorPreference: EventLoopExecutor(connection.channel.eventLoop)) {
                        await self.serve(connection)
                    }
                }
            }
        } onCancel: {
            for socket in sockets { socket.close() }
            registry.drain()
            for channel in registry.open { closeAbruptly(channel) }
        }
        logs.flush()
        try Task.checkCancellation()
    }

    /// Closes the listening sockets and idle connections, lets requests in flight finish for up to `grace`, then closes
    /// the rest. Returns when all connections are closed. Sockets passed by a service manager stay open there.
    public func shutdown(grace: Duration) async {
        for socket in sockets { socket.close() }
        for socket in sockets { try? await socket.channel.closeFuture.get() }
        let isFirst = registry.drain()
        let open = registry.open
        guard let eventLoop = open.first?.eventLoop else { return }
        let deadline = eventLoop.scheduleTask(in: TimeAmount(grace)) {
            for channel in open { closeAbruptly(channel) }
        }
        // The pipelining handler closes idle connections, and others after their response. It must get the event only
        // once.
        if isFirst {
            for channel in open { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        }
        try? await EventLoopFuture.andAllComplete(open.map(\.closeFuture), on: eventLoop).get()
        deadline.cancel()
    }

    /// Serves a connection until either side closes it.
    private func serve(_ connection: Connection) async {
        let channel = connection.channel
        do {
            try await connection.requests.executeThenClose { parts in
                await withTaskGroup { group in
                    group.addTask { _ = try? await channel.closeFuture.get() }
                    group.addTask { await self.serveRequests(of: connection, parts) }
                    // Closing the connection cancels the handler, and vice versa.
                    await group.next()
                    group.cancelAll()
                    channel.close(promise: nil)
                }
            }
        } catch {
            logger.debug("connection closed with an error", metadata: ["error": "\(error)"])
        }
    }

    private func serveRequests(
        of connection: Connection, _ parts: NIOAsyncChannelInboundStream<HTTPServerRequestPart>
    ) async {
        var parts = parts.makeAsyncIterator()
        let writer = ResponseWriter(connection: connection)
        while true {
            let outcome: RequestCollector.Outcome
            do { outcome = try await nextRequest(of: connection, &parts) } catch {
                // Caused by the peer or the network, never by a handler.
                return logger.debug("client disconnected or timed out", metadata: ["error": "\(error)"])
            }
            let response: ListenerResponse
            let framing: ResponseFraming
            switch outcome {
            case .end: return await connection.closeAfterResponse()
            case .rejected(let status):
                response = ListenerResponse(status: status)
                framing = ResponseFraming(response, method: "GET", isHTTP10: false, keepsAlive: false)
            case .request(let request, let isHTTP10, let keepsAlive):
                response = await handler(request)
                // The peer has disconnected, or the server is canceled.
                if Task.isCancelled { return }
                framing = ResponseFraming(
                    response, method: request.method, isHTTP10: isHTTP10,
                    keepsAlive: keepsAlive && !registry.isDraining)
            }
            do { try await send(response, framing, by: writer) } catch { return await note(error, of: connection) }
            guard framing.keepsAlive else { return await connection.closeAfterResponse() }
        }
    }

    /// Reads the next request.
    /// - Throws: the connection's error.
    private func nextRequest(
        of connection: Connection, _ parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    ) async throws -> RequestCollector.Outcome {
        var collector = RequestCollector(
            maxBodyBytes: settings.maxBodyBytes, remoteAddress: connection.remoteAddress)
        do {
            while let part = try await parts.next() {
                switch collector.take(part) {
                case .more: break
                case .bodyExpected:
                    try await connection.write([.head(HTTPResponseHead(version: .http1_1, status: .continue))])
                case .done(let outcome): return outcome
                }
            }
            return .end
        } catch let error as HTTPParserError {
            return RequestCollector.outcome(of: error)
        }
    }

    private func send(_ response: ListenerResponse, _ framing: ResponseFraming, by writer: ResponseWriter) async throws
    {
        let counted = framing.sendsBody ? inFlight.begin(response.body, of: writer.connection) : nil
        defer { if let counted { inFlight.end(counted) } }
        try await writer.send(response.body, framing: framing)
    }

    /// Logs the failure of a response, or resets the connection if the handler asked for it.
    private func note(_ error: any Error, of connection: Connection) async {
        let (peer, loop) = (connection.remoteAddress, connection.channel.eventLoop)
        switch error {
        case let abort as ConnectionAbort: if abort.reset { await connection.armReset() }
        case let mismatch as BodyLengthMismatch: logs.lengths.note(peer: peer, reason: "\(mismatch)", on: loop)
        case is IOError, is ChannelError, is CancellationError, is NIOSSLError, is BoringSSLError:
            logger.debug("client disconnected or timed out", metadata: ["error": "\(error)"])
        default: logs.responses.note(peer: peer, reason: "\(error)", on: loop)
        }
    }
}
