// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOHTTP1

/// An accepted connection: its channel, parsed requests and stall guard.
struct Connection: Sendable {
    let channel: any Channel
    let requests: NIOAsyncChannel<HTTPServerRequestPart, Never>
    let stallGuard: NIOLoopBound<StallGuard>
    /// The peer's `address:port`; IPv4 peers of a dual-stack socket in IPv4 notation.
    let remoteAddress: String?

    /// Configures the pipeline of `channel`; called on its event loop before the first read.
    ///
    /// Responses are written to the channel rather than to the asynchronous channel's writer (hence `Never`), because
    /// only the channel reports when the kernel has accepted the bytes.
    /// - Parameter noteActivity: called when the connection's activity changes.
    init(
        configuring channel: any Channel, settings: ListenerSettings, handshakes: RateLimitedLog,
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
        // ResponseFraming sets them: it knows the request's method, which the encoder doesn't.
        encoding.automaticallySetFramingHeaders = false

        let pipeline = channel.pipeline.syncOperations
        let stallGuard = StallGuard(progress: progress)
        try pipeline.addHandler(stallGuard)
        // Stored, because a closed channel no longer has it.
        let peer = channel.remoteAddress.flatMap(addressText)
        remoteAddress = peer
        try settings.tls()?.add(to: channel, progress: progress) {
            handshakes.note(peer: peer, reason: $0, on: eventLoop)
        }
        // NIO's error handler responds with 400 to all errors; RequestCollector also uses 431.
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
        try pipeline.addHandler(RequestObserver(progress: progress))
        self.channel = channel
        self.requests = try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        self.stallGuard = NIOLoopBound(stallGuard, eventLoop: eventLoop)
    }

    /// Writes `parts` in one task on the event loop; returns when the kernel has accepted the last one.
    func write(_ parts: [HTTPServerResponsePart]) async throws {
        let channel = channel
        try await channel.eventLoop.flatSubmit {
            for part in parts.dropLast() { channel.write(part, promise: nil) }
            guard let last = parts.last else { return channel.eventLoop.makeSucceededVoidFuture() }
            return channel.writeAndFlush(last)
        }.get()
    }

    /// Makes the following close send a reset.
    func armReset() async { try? await setReset()?.get() }

    /// Resets the connection immediately; the kernel discards unsent bytes.
    func reset() {
        let channel = channel
        guard let armed = setReset() else { return closeAbruptly(channel) }
        armed.whenComplete { _ in closeAbruptly(channel) }
    }

    private func setReset() -> EventLoopFuture<Void>? {
        (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }

    /// Closes the connection gracefully after its last response, whether or not the peer has closed its sending side.
    func closeAfterResponse() async {
        let stallGuard = stallGuard
        channel.eventLoop.execute { stallGuard.value.linger() }
        try? await channel.closeFuture.get()
    }
}

/// Closes the socket of `channel` without waiting for the peer's TLS close_notify. On the channel's event loop, it is
/// closed immediately, so that nothing more is read.
func closeAbruptly(_ channel: any Channel) {
    guard channel.eventLoop.inEventLoop else { return channel.eventLoop.execute { closeAbruptly(channel) } }
    if let context = try? channel.pipeline.syncOperations.context(handlerType: StallGuard.self) {
        context.close(promise: nil)
    } else {
        channel.close(promise: nil)
    }
}

/// Returns a socket address as `address:port`; nil if it isn't an IP address.
func addressText(_ address: SocketAddress) -> String? {
    guard let host = address.ipAddress, let port = address.port else { return nil }
    let mapped = "::ffff:"
    if host.hasPrefix(mapped), host.contains(".") { return "\(host.dropFirst(mapped.count)):\(port)" }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}
