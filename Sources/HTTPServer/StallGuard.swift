// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOSSL

/// What a connection waits for, and until when. Lives on the connection's event loop, shared by the two handlers below:
/// only bytes show that a request has begun, only the parsed parts show that it is complete.
final class ConnectionProgress {
    enum Phase {
        /// Nothing has come yet on a new connection.
        case fresh
        /// Between two requests.
        case idle
        /// A request has begun.
        case receiving
        /// The request is complete and the handler works: the client owes nothing.
        case handling
        /// The response is out and the connection is to end; what still comes is thrown away.
        case lingering
    }

    private let stallTimeout: TimeAmount
    private let idleTimeout: TimeAmount
    private let responseTimeout: TimeAmount
    private let now: () -> NIODeadline
    private let noteActivity: (ConnectionTable.Activity) -> Void
    private var phaseBegan: NIODeadline
    private var lastProgress: NIODeadline
    private var responseBegan: NIODeadline?
    private var unwritten = 0
    private var activity = ConnectionTable.Activity.idle

    var phase = Phase.fresh {
        didSet {
            phaseBegan = now()
            findActivity()
        }
    }

    /// - Parameter noteActivity: called when the connection begins to do something else.
    init(
        stallTimeout: TimeAmount, idleTimeout: TimeAmount, responseTimeout: TimeAmount,
        now: @escaping () -> NIODeadline, noteActivity: @escaping (ConnectionTable.Activity) -> Void = { _ in }
    ) {
        self.stallTimeout = stallTimeout
        self.idleTimeout = idleTimeout
        self.responseTimeout = responseTimeout
        self.now = now
        self.noteActivity = noteActivity
        phaseBegan = now()
        lastProgress = now()
    }

    private func findActivity() {
        let current: ConnectionTable.Activity =
            switch phase {
            case .lingering: .idle
            case .handling: .busy
            case _ where unwritten > 0: .busy
            case .fresh, .idle: .idle
            case .receiving: .receiving
            }
        guard current != activity else { return }
        activity = current
        noteActivity(current)
    }

    /// Notes the head of a response, from which its time counts.
    func responseHeadWritten() { responseBegan = now() }

    func writeBegan() {
        // A write into an empty queue starts the clock; one behind others must not restart it.
        if unwritten == 0 { lastProgress = now() }
        unwritten += 1
        findActivity()
    }

    func writeEnded() {
        unwritten -= 1
        lastProgress = now()
        if unwritten == 0, phase != .handling { responseBegan = nil }
        findActivity()
    }

    /// How soon at the earliest a deadline can come that is set now.
    var shortestTimeout: TimeAmount { min(stallTimeout, idleTimeout, responseTimeout) }

    /// When the client counts as stalled, nil while it owes nothing.
    var deadline: NIODeadline? {
        if phase == .lingering { return phaseBegan + stallTimeout }
        let responseEnd = responseBegan.map { $0 + responseTimeout }
        if unwritten > 0 {
            let stalled = lastProgress + stallTimeout
            return responseEnd.map { min($0, stalled) } ?? stalled
        }
        switch phase {
        case .fresh, .receiving, .lingering: return phaseBegan + stallTimeout
        case .idle: return phaseBegan + idleTimeout
        case .handling: return responseEnd
        }
    }
}

/// The handler next to the socket: notes bytes in both directions and closes the connection of a client that stalls.
final class StallGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let progress: ConnectionProgress
    private let checkEvery: TimeAmount
    private var check: Scheduled<Void>?
    private var context: ChannelHandlerContext?
    /// How many bytes came while a request was handled; what a peer sends before it closes its sending side is all read
    /// at once.
    private var bytesAhead = 0

    /// The maximum of bytes of later requests that are held while one is handled.
    private static let maxBytesAhead = 64 * 1024

    init(progress: ConnectionProgress) {
        self.progress = progress
        // No deadline is nearer than this when it is set, so a check this often is never late.
        self.checkEvery = progress.shortestTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { scheduleCheck(context, in: checkEvery) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        scheduleCheck(context, in: checkEvery)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch progress.phase {
        case .lingering: return
        case .fresh, .idle:
            progress.phase = .receiving
            bytesAhead = 0
        case .receiving: bytesAhead = 0
        case .handling:
            bytesAhead += Self.unwrapInboundIn(data).readableBytes
            guard bytesAhead <= Self.maxBytesAhead else { return context.close(promise: nil) }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Past the end nobody else asks for reads, and only a read shows the peer's close.
        if progress.phase == .lingering { context.read() } else { context.fireChannelReadComplete() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        progress.writeBegan()
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { [progress] _ in progress.writeEnded() }
        context.write(data, promise: written)
    }

    /// Sends our end of the stream and waits, for the stall timeout at most, until the peer has closed too. A plain
    /// close while the peer still sends would reset the connection and could take the response away from it.
    func linger() {
        guard let context, progress.phase != .lingering else { return }
        progress.phase = .lingering
        if let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self),
            let handler = tls.handler as? NIOSSLServerHandler
        {
            // Says the end in TLS before it ends the stream; else the peer could not tell it from an attack.
            handler.close(context: tls, mode: .output, promise: nil)
        } else {
            context.close(mode: .output, promise: nil)
        }
        context.read()
    }

    /// One timer that looks at the deadline when it fires, in place of one that every byte would have to move.
    private func scheduleCheck(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        check = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            guard let self, let context = self.context else { return }
            guard let deadline = self.progress.deadline else {
                return self.scheduleCheck(context, in: self.checkEvery)
            }
            let left = deadline - context.eventLoop.now
            if left.nanoseconds <= 0 {
                context.close(promise: nil)
            } else {
                self.scheduleCheck(context, in: min(left, self.checkEvery))
            }
        }
    }
}

/// Closes a connection whose client sends too many requests without waiting for responses: each of them is held in
/// memory until it is its turn.
final class PipelineLimit: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// More than one read can bring, so that a client that keeps its sending side open never meets it.
    static let maxRequests = 256

    private var requests = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = Self.unwrapInboundIn(data) { requests += 1 }
        guard requests <= Self.maxRequests else { return context.close(promise: nil) }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = Self.unwrapOutboundIn(data) { requests -= 1 }
        context.write(data, promise: promise)
    }
}

/// The handler above the HTTP parser: notes where requests and responses end.
final class ExchangeObserver: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let progress: ConnectionProgress

    init(progress: ConnectionProgress) {
        self.progress = progress
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = Self.unwrapInboundIn(data), progress.phase != .lingering { progress.phase = .handling }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .head(let head): if head.status.code >= 200 { progress.responseHeadWritten() }
        case .body: break
        // Before the write: it can bring the next, pipelined request in, which then sets the phase anew.
        case .end: if progress.phase == .handling { progress.phase = .idle }
        }
        context.write(data, promise: promise)
    }
}
