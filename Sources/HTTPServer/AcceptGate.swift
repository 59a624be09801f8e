// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Decides when the next connection is accepted, and whether it is admitted.
///
/// Where there is no room it waits for a moment: mostly a connection is busy for less than that, or is closed for the new
/// one. Then it refuses connections until there is room. After there was no file descriptor for one it pauses; without that SwiftNIO would try
/// again and again, as fast as it can: its own `AcceptBackoffHandler` delays reads, but after a failed one the channel still
/// waits for the read before.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = Channel
    typealias OutboundIn = Never

    /// How soon there is another look whether there is room.
    private static let lookEvery = TimeAmount.milliseconds(2)

    private let pause: TimeAmount
    private let roomTimeout: TimeAmount
    private let registry: ConnectionRegistry
    private let noteRefusal: (any Channel) -> Void
    private let note: (IOError) -> Void
    private var isPaused = false
    /// Since when there has been no room.
    private var fullSince: NIODeadline?
    /// Whether a connection waits for room, so that no other is accepted.
    private var isHolding = false
    private var isReadAsked = false

    /// - Parameters:
    ///   - pause: how long no connection is accepted after a failure.
    ///   - roomTimeout: how long clients wait for room before they are refused.
    ///   - noteRefusal: called with each connection for which there is no room.
    ///   - note: called with each failure to accept.
    init(
        pause: TimeAmount, roomTimeout: TimeAmount, registry: ConnectionRegistry,
        noteRefusal: @escaping (any Channel) -> Void,
        note: @escaping (IOError) -> Void
    ) {
        self.pause = pause
        self.roomTimeout = roomTimeout
        self.registry = registry
        self.noteRefusal = noteRefusal
        self.note = note
    }

    // Here and not when the connection is set up on its own event loop: by then the next one has been accepted.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { admit(data, context) }

    func read(context: ChannelHandlerContext) {
        if isHolding { isReadAsked = true } else { context.read() }
    }

    private func admit(_ data: NIOAny, _ context: ChannelHandlerContext) {
        let channel = Self.unwrapInboundIn(data)
        let now = context.eventLoop.now
        let since = fullSince ?? now
        switch registry.admit(channel) {
        case .admitted:
            fullSince = nil
            context.fireChannelRead(data)
        case .refused where registry.isDraining || now - since >= roomTimeout:
            fullSince = since
            noteRefusal(channel)
            channel.close(promise: nil)
        case .refused:
            fullSince = since
            return hold(data, context)
        case .waits: return hold(data, context)
        }
        isHolding = false
        if isReadAsked {
            isReadAsked = false
            context.read()
        }
    }

    private func hold(_ data: NIOAny, _ context: ChannelHandlerContext) {
        isHolding = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lookEvery) { self.admit(data, context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        note(error)
        guard !isPaused, let options = context.channel.syncOptions else { return }
        isPaused = true
        // Takes the socket out of what the event loop waits for.
        try? options.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in
            self?.isPaused = false
            try? options.setOption(.autoRead, value: true)
        }
    }
}
