// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOSSL

/// The phase and deadline of a connection. Used on its event loop by two handlers: ``StallGuard`` sees the first bytes
/// of a request, ``RequestObserver`` its end.
final class ConnectionProgress {
    enum Phase {
        /// A new connection that has received nothing.
        case fresh
        /// Between two requests.
        case idle
        /// Part of a request has been received.
        case receiving
        /// The request is complete and being handled; the client has no deadline.
        case handling
        /// The last response has been sent; further bytes are discarded until the peer closes.
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
            updateActivity()
        }
    }

    /// - Parameter noteActivity: called when the connection's activity changes.
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

    private func updateActivity() {
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

    /// Starts the response timeout.
    func responseHeadWritten() { responseBegan = now() }

    func writeBegan() {
        // The first write starts the stall timeout; further queued writes must not restart it.
        if unwritten == 0 { lastProgress = now() }
        unwritten += 1
        updateActivity()
    }

    func writeEnded() {
        unwritten -= 1
        lastProgress = now()
        if unwritten == 0, phase != .handling { responseBegan = nil }
        updateActivity()
    }

    /// The shortest of the timeouts: no new deadline is earlier than that.
    var shortestTimeout: TimeAmount { min(stallTimeout, idleTimeout, responseTimeout) }

    /// The time at which the client counts as stalled; nil while the connection doesn't wait for it.
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

/// The handler next to the socket: observes bytes in both directions and closes connections of stalled clients.
final class StallGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let progress: ConnectionProgress
    private let checkInterval: TimeAmount
    private var check: Scheduled<Void>?
    private var context: ChannelHandlerContext?
    /// The number of bytes received while a request is handled. Limited, because all bytes that a peer sends before it
    /// closes its sending side are read.
    private var bytesAhead = 0

    /// The maximum number of bytes of later requests kept while one is handled.
    private static let maxBytesAhead = 64 * 1024

    init(progress: ConnectionProgress) {
        self.progress = progress
        // No new deadline is earlier than this, so checks at this interval are never late.
        self.checkInterval = progress.shortestTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { scheduleCheck(context, in: checkInterval) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        scheduleCheck(context, in: checkInterval)
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
        // After the last response no other handler reads, and only a read detects that the peer has closed.
        if progress.phase == .lingering { context.read() } else { context.fireChannelReadComplete() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        progress.writeBegan()
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { [progress] _ in progress.writeEnded() }
        context.write(data, promise: written)
    }

    /// Closes the sending side and waits, up to the stall timeout, until the peer has closed too. Closing both sides
    /// while the peer still sends would reset the connection and could destroy the response.
    func linger() {
        guard let context, progress.phase != .lingering else { return }
        progress.phase = .lingering
        if let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self),
            let handler = tls.handler as? NIOSSLServerHandler
        {
            // Sends a TLS close_notify first; otherwise the peer would suspect a truncation attack.
            handler.close(context: tls, mode: .output, promise: nil)
        } else {
            context.close(mode: .output, promise: nil)
        }
        context.read()
    }

    /// Schedules a check of the deadline. Cheaper than a timer that is rescheduled with every byte.
    private func scheduleCheck(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        check = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            guard let self, let context = self.context else { return }
            guard let deadline = self.progress.deadline else {
                return self.scheduleCheck(context, in: self.checkInterval)
            }
            let left = deadline - context.eventLoop.now
            if left.nanoseconds <= 0 {
                context.close(promise: nil)
            } else {
                self.scheduleCheck(context, in: min(left, self.checkInterval))
            }
        }
    }
}

/// Closes connections of clients that send too many requests without waiting for responses: all of them are kept in
/// memory.
final class PipelineLimit: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The maximum number of pipelined requests. More than one read can contain, so that only clients that close their
    /// sending side reach it.
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

/// The handler above the HTTP parser: observes the ends of requests and responses.
final class RequestObserver: ChannelDuplexHandler {
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
        // Set before the write, which can read the next pipelined request and set the phase again.
        case .end: if progress.phase == .handling { progress.phase = .idle }
        }
        context.write(data, promise: promise)
    }
}
