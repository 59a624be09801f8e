// SPDX-License-Identifier: Apache-2.0
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A small HTTP/1.1 server: listening sockets, and one child task for each connection.
///
/// Requests of one connection are answered in order. A peer that closes its sending side still gets its responses, unless
/// the settings say otherwise; when it resets the connection while its request is handled, the handler's task is cancelled.
public final class Listener: Sendable {
    /// Answers one request. Runs on the thread that carries the connection, and others beside it: what takes long is to
    /// be done elsewhere.
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

    /// Opens the sockets of `settings`. Connections queue up until ``run()``.
    /// - Throws: ``ListenFailure`` when one of the addresses cannot be listened on; then none is.
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

    /// The addresses in fact listened on, as `127.0.0.1:41234`, in the order of the settings.
    public var boundAddresses: [String] { sockets.compactMap { $0.channel.localAddress.flatMap(addressText) } }

    /// Serves until ``shutdown(grace:)`` has let the last connection go, or until the task is cancelled, which ends
    /// every connection at once. To be called once.
    public func run() async throws {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for await connection in registry.accepted {
                    // On the connection's own thread: a request then costs no change of threads.
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

    /// Closes the listening sockets (one that was handed over goes on listening elsewhere) and idle connections at
    /// once, lets requests in flight finish for up to `grace`, then closes the rest. Returns when all connections are
    /// closed.
    public func shutdown(grace: Duration) async {
        for socket in sockets { socket.close() }
        for socket in sockets { try? await socket.channel.closeFuture.get() }
        let isFirst = registry.drain()
        let open = registry.open
        guard let eventLoop = open.first?.eventLoop else { return }
        let deadline = eventLoop.scheduleTask(in: TimeAmount(grace)) {
            for channel in open { closeAbruptly(channel) }
        }
        // The pipelining handler closes when idle, and otherwise after the response, which then says so. It must not be
        // told twice.
        if isFirst {
            for channel in open { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        }
        try? await EventLoopFuture.andAllComplete(open.map(\.closeFuture), on: eventLoop).get()
        deadline.cancel()
    }

    /// Serves one connection until it ends, from either side.
    private func serve(_ connection: Connection) async {
        let channel = connection.channel
        do {
            try await connection.requests.executeThenClose { parts in
                await withTaskGroup { group in
                    group.addTask { _ = try? await channel.closeFuture.get() }
                    group.addTask { await self.answerRequests(of: connection, parts) }
                    // Whichever side ends first ends the other: a reset cancels the handler.
                    await group.next()
                    group.cancelAll()
                    channel.close(promise: nil)
                }
            }
        } catch {
            logger.debug("connection closed with an error", metadata: ["error": "\(error)"])
        }
    }

    private func answerRequests(
        of connection: Connection, _ parts: NIOAsyncChannelInboundStream<HTTPServerRequestPart>
    ) async {
        var parts = parts.makeAsyncIterator()
        let writer = ResponseWriter(connection: connection)
        while true {
            let outcome: RequestCollector.Outcome
            do { outcome = try await nextRequest(of: connection, &parts) } catch {
                // Reading fails for what the peer or the network does, never for what a handler does.
                return logger.debug("client disconnected or timed out", metadata: ["error": "\(error)"])
            }
            let response: ListenerResponse
            let framing: ResponseFraming
            switch outcome {
            case .end: return await connection.closeAfterResponse()
            case .refused(let status):
                response = ListenerResponse(status: status)
                framing = ResponseFraming(response, method: "GET", isHTTP10: false, keepsAlive: false)
            case .request(let request, let isHTTP10, let keepsAlive):
                response = await handler(request)
                // The peer has gone, or the run was cancelled: nothing is sent any more.
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
    /// - Throws: what the connection fails with.
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

    /// Deals with a response that was not sent to its end.
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
