// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Controls when connections are accepted, and admits or rejects them.
///
/// At the connection limit, a new connection waits up to the admission timeout: most connections are busy for less, or
/// an idle one is closed for it. After that, connections are rejected until one of the others closes. When there is no
/// file descriptor for a connection, accepting pauses; otherwise SwiftNIO would retry in a busy loop. Its own
/// `AcceptBackoffHandler` delays reads, but doesn't help, because a channel still waits for the previous read after a
/// failed one.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = Channel
    typealias OutboundIn = Never

    /// The interval between attempts to admit a waiting connection.
    private static let retryInterval = TimeAmount.milliseconds(2)

    private let pause: TimeAmount
    private let admissionTimeout: TimeAmount
    private let registry: ConnectionRegistry
    private let onRejection: (any Channel) -> Void
    private let onFailure: (IOError) -> Void
    private var isPaused = false
    /// The time since which the limit has been reached.
    private var fullSince: NIODeadline?
    /// Whether a connection waits for admission, so that no other is accepted.
    private var isHolding = false
    private var isReadPending = false

    /// - Parameters:
    ///   - pause: how long no connections are accepted after a failure.
    ///   - admissionTimeout: how long connections wait for admission before they are rejected.
    ///   - onRejection: called with each rejected connection.
    ///   - onFailure: called with each failure to accept a connection.
    init(
        pause: TimeAmount, admissionTimeout: TimeAmount, registry: ConnectionRegistry,
        onRejection: @escaping (any Channel) -> Void,
        onFailure: @escaping (IOError) -> Void
    ) {
        self.pause = pause
        self.admissionTimeout = admissionTimeout
        self.registry = registry
        self.onRejection = onRejection
        self.onFailure = onFailure
    }

    // Admission happens here rather than on the connection's event loop: by then, the next one would have been
    // accepted.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { admit(data, context) }

    func read(context: ChannelHandlerContext) {
        if isHolding { isReadPending = true } else { context.read() }
    }

    private func admit(_ data: NIOAny, _ context: ChannelHandlerContext) {
        let channel = Self.unwrapInboundIn(data)
        let now = context.eventLoop.now
        let since = fullSince ?? now
        switch registry.admit(channel) {
        case .admitted:
            fullSince = nil
            context.fireChannelRead(data)
        case .rejected where registry.isDraining || now - since >= admissionTimeout:
            fullSince = since
            onRejection(channel)
            channel.close(promise: nil)
        case .rejected:
            fullSince = since
            return hold(data, context)
        case .wait(let candidates):
            guard let decision = candidates.first.flatMap(registry.closeIfIdle) else { return hold(data, context) }
            isHolding = true
            decision.hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in self.admit(data, context) }
            return
        }
        isHolding = false
        if isReadPending {
            isReadPending = false
            context.read()
        }
    }

    private func hold(_ data: NIOAny, _ context: ChannelHandlerContext) {
        isHolding = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.retryInterval) { self.admit(data, context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        onFailure(error)
        guard !isPaused, let options = context.channel.syncOptions else { return }
        isPaused = true
        // Removes the socket from the event loop's poll set.
        try? options.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in
            self?.isPaused = false
            try? options.setOption(.autoRead, value: true)
        }
    }
}
