// SPDX-License-Identifier: Apache-2.0
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A small HTTP/1.1 server: listening sockets, and one child task for each connection.
///
/// Requests of one connection are answered in order. When the peer goes while its request is handled, the handler's
/// task is cancelled.
public final class Listener: Sendable {
    /// Answers one request. Runs on the thread that carries the connection, and others beside it: what takes long is to
    /// be done elsewhere.
    public typealias Handler = @Sendable (ListenerRequest) async -> ListenerResponse

    private let sockets: [ListeningSocket]
    private let registry: ConnectionRegistry
    private let settings: ListenerSettings
    private let logger: Logger
    private let handler: Handler

    private init(
        sockets: [ListeningSocket],
        registry: ConnectionRegistry,
        settings: ListenerSettings,
        logger: Logger,
        handler: @escaping Handler
    ) {
        self.sockets = sockets
        self.registry = registry
        self.settings = settings
        self.logger = logger
        self.handler = handler
    }

    /// Opens the sockets of `settings`. Connections queue up until ``run()``.
    /// - Throws: ``ListenFailure`` when one of the addresses cannot be listened on; then none is.
    public static func bind(
        _ settings: ListenerSettings,
        logger: Logger,
        handler: @escaping Handler
    ) async throws -> Listener {
        let registry = ConnectionRegistry(limit: settings.maxConnections)
        let sockets = try await ListeningSockets.open(settings, registry: registry)
        return Listener(sockets: sockets, registry: registry, settings: settings, logger: logger, handler: handler)
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
            for channel in registry.open { channel.close(promise: nil) }
        }
        try Task.checkCancellation()
    }

    /// Closes the listening sockets (one that was handed over goes on listening elsewhere) and idle connections at once, lets requests in flight finish for up to `grace`,
    /// then closes the rest. Returns when all connections are closed.
    public func shutdown(grace: Duration) async {
        for socket in sockets { socket.close() }
        for socket in sockets { try? await socket.channel.closeFuture.get() }
        let isFirst = registry.drain()
        let open = registry.open
        guard let eventLoop = open.first?.eventLoop else { return }
        let deadline = eventLoop.scheduleTask(in: TimeAmount(grace)) {
            for channel in open { channel.close(promise: nil) }
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
                    // Whichever side ends first ends the other: a peer that goes cancels the handler.
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
        of connection: Connection,
        _ parts: NIOAsyncChannelInboundStream<HTTPServerRequestPart>
    ) async {
        var reader = RequestReader(connection, parts: parts, maxBodyBytes: settings.maxBodyBytes)
        let writer = ResponseWriter(connection: connection)
        do {
            while true {
                switch try await reader.next() {
                case .end: return
                case .refused(let status):
                    let refusal = ListenerResponse(status: status)
                    let framing = ResponseFraming(refusal, method: "GET", isHTTP10: false, keepsAlive: false)
                    try await writer.send(refusal.body, framing: framing)
                    return await connection.closeAfterResponse()
                case .request(let request, let isHTTP10, let keepsAlive):
                    let response = await handler(request)
                    let framing = ResponseFraming(
                        response,
                        method: request.method,
                        isHTTP10: isHTTP10,
                        keepsAlive: keepsAlive && !registry.isDraining
                    )
                    try await writer.send(response.body, framing: framing)
                    guard framing.keepsAlive else { return await connection.closeAfterResponse() }
                }
            }
        } catch let abort as ConnectionAbort {
            if abort.reset { await connection.armReset() }
        } catch let mismatch as BodyLengthMismatch {
            logger.error("a handler broke its Content-Length", metadata: ["error": "\(mismatch)"])
        } catch let error where error is IOError || error is ChannelError || error is CancellationError {
            logger.debug("the peer went or stalled", metadata: ["error": "\(error)"])
        } catch {
            logger.error("a response could not be produced", metadata: ["error": "\(error)"])
        }
    }
}
