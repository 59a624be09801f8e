// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOSSL
import NIOTLS

/// Reports failed TLS handshakes. A connection that is closed before it has sent a byte, as by a load balancer's health
/// check, doesn't count.
final class HandshakeObserver: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let progress: ConnectionProgress
    private let report: (String) -> Void
    private var isOver = false

    /// - Parameter report: called with the reason, at most once.
    init(progress: ConnectionProgress, report: @escaping (String) -> Void) {
        self.progress = progress
        self.report = report
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { isOver = true }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The peer closed without a TLS close_notify. Harmless, because incomplete requests are detected anyway.
        if isOver, case NIOSSLError.uncleanShutdown = error { return }
        fail(Self.text(of: error))
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(Self.closed)
        context.fireChannelInactive()
    }

    private func fail(_ reason: String) {
        guard !isOver else { return }
        isOver = true
        if progress.phase != .fresh { report(reason) }
    }

    // MARK: Reasons

    static let closed = "closed during the handshake"
    static let nameNotAllowed = "the client certificate has no allowed name"

    /// BoringSSL's error names and their meanings for operators.
    private static let meanings: [(code: String, meaning: String)] = [
        ("HTTP_REQUEST", "plain HTTP on a TLS port"),
        ("HTTPS_PROXY_REQUEST", "plain HTTP on a TLS port"),
        ("WRONG_VERSION_NUMBER", "not TLS, or an unsupported version"),
        ("UNSUPPORTED_PROTOCOL", "unsupported TLS version"),
        ("NO_SUPPORTED_VERSIONS_ENABLED", "unsupported TLS version"),
        ("NO_SHARED_CIPHER", "no cipher suite in common"),
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the client sent no certificate"),
        ("CERTIFICATE_VERIFY_FAILED", "the client certificate is not trusted"),
        ("TLSV1_ALERT_UNKNOWN_CA", "the client does not trust the server certificate"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "the client does not trust the server certificate"),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "the client does not trust the server certificate"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "according to the client, the server certificate has expired"),
    ]

    /// Returns the meaning of `error`, or the library's name for it.
    static func text(of error: any Error) -> String {
        if case NIOSSLError.handshakeFailed(let failure) = error {
            let text = "\(failure)"
            if text.contains(BoringSSLInternalError.eofDuringHandshake.description) { return closed }
            let marker = "OPENSSL_internal:"
            guard let start = text.firstRange(of: marker)?.upperBound else { return text }
            let code = text[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            return meanings.first { $0.code == code }?.meaning ?? String(code)
        }
        if let error = error as? IOError { return "connection error (errno \(error.errnoCode))" }
        return "\(error)"
    }
}
