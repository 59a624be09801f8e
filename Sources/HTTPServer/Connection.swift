// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOHTTP1

/// One accepted connection: the channel, its parsed requests, and its stall guard.
struct Connection: Sendable {
    let channel: any Channel
    let requests: NIOAsyncChannel<HTTPServerRequestPart, Never>
    let stallGuard: NIOLoopBound<StallGuard>
    /// The peer as `address:port`; an IPv4 peer of a dual-stack socket in its IPv4 form.
    let remoteAddress: String?

    /// Sets up the pipeline of `channel`; called on its event loop before the first byte is read.
    ///
    /// Responses are written straight to the channel and not through the asynchronous channel's writer, because only
    /// the channel tells when the kernel has taken the bytes; hence `Never`.
    /// - Parameter noteActivity: called when the connection begins to do something else.
    init(
        configuring channel: any Channel, settings: ListenerSettings, handshakes: LimitedLog,
        noteActivity: @escaping (ConnectionTable.Activity) -> Void = { _ in }
    ) throws {
        let eventLoop = channel.eventLoop
        let progress = ConnectionProgress(
            stallTimeout: TimeAmount(settings.stallTimeout),
            idleTimeout: TimeAmount(settings.idleTimeout),
            responseTimeout: TimeAmount(settings.responseTimeout),
            now: { eventLoop.now },
            noteActivity: noteActivity
        )
        var encoding = HTTPResponseEncoder.Configuration()
        // ResponseFraming knows the method of the request, which the encoder does not.
        encoding.automaticallySetFramingHeaders = false

        let pipeline = channel.pipeline.syncOperations
        let stallGuard = StallGuard(progress: progress)
        try pipeline.addHandler(stallGuard)
        // Kept, because a channel that is closed no longer knows it.
        let peer = channel.remoteAddress.flatMap(addressText)
        remoteAddress = peer
        try settings.tls()?.add(to: channel, progress: progress) {
            handshakes.note(peer: peer, reason: $0, on: eventLoop)
        }
        // NIO's own error handler answers 400 to everything; RequestCollector knows 431 too.
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true,
            withErrorHandling: false,
            withOutboundHeaderValidation: true,
            withEncoderConfiguration: encoding,
            withDecoderLimitConfiguration: RequestCollector.decoderLimits(
                maxHeaderBytes: settings.maxHeaderBytes, maxHeaderLines: settings.maxHeaderLines)
        )
        let pipelining = try pipeline.handler(type: HTTPServerPipelineHandler.self)
        try pipeline.addHandler(PipelineLimit(), position: .before(pipelining))
        try pipeline.addHandler(ExchangeObserver(progress: progress))
        self.channel = channel
        self.requests = try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        self.stallGuard = NIOLoopBound(stallGuard, eventLoop: eventLoop)
    }

    /// Writes `parts` in one visit to the event loop and returns when the kernel has taken the last one.
    func write(_ parts: [HTTPServerResponsePart]) async throws {
        let channel = channel
        try await channel.eventLoop.flatSubmit {
            for part in parts.dropLast() { channel.write(part, promise: nil) }
            guard let last = parts.last else { return channel.eventLoop.makeSucceededVoidFuture() }
            return channel.writeAndFlush(last)
        }.get()
    }

    /// Makes the coming close a reset.
    func armReset() async { try? await setReset()?.get() }

    /// Closes the connection at once. The kernel drops what it has not sent yet.
    func reset() {
        let channel = channel
        guard let armed = setReset() else { return closeAbruptly(channel) }
        armed.whenComplete { _ in closeAbruptly(channel) }
    }

    private func setReset() -> EventLoopFuture<Void>? {
        (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }

    /// Ends the connection in an orderly way after its last response, whether or not the peer has closed its sending side.
    func closeAfterResponse() async {
        let stallGuard = stallGuard
        channel.eventLoop.execute { stallGuard.value.linger() }
        try? await channel.closeFuture.get()
    }
}

/// Closes the socket of `channel` without waiting for the peer: TLS would wait for its farewell. On the channel's event
/// loop it is closed at once, so that nothing is read any more.
func closeAbruptly(_ channel: any Channel) {
    guard channel.eventLoop.inEventLoop else { return channel.eventLoop.execute { closeAbruptly(channel) } }
    if let context = try? channel.pipeline.syncOperations.context(handlerType: StallGuard.self) {
        context.close(promise: nil)
    } else {
        channel.close(promise: nil)
    }
}

/// `address:port` of a socket address, nil for what is no internet address.
func addressText(_ address: SocketAddress) -> String? {
    guard let host = address.ipAddress, let port = address.port else { return nil }
    let mapped = "::ffff:"
    if host.hasPrefix(mapped), host.contains(".") { return "\(host.dropFirst(mapped.count)):\(port)" }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}
