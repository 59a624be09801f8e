// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOSSL
import NIOTLS

/// Reports a connection whose TLS handshake fails. One that is closed before it has sent a byte, as health checks of load
/// balancers do, is no failed handshake.
final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let progress: ConnectionProgress
    private let report: (String) -> Void
    private var isOver = false

    /// - Parameter report: takes the reason, once at most.
    init(progress: ConnectionProgress, report: @escaping (String) -> Void) {
        self.progress = progress
        self.report = report
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { isOver = true }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A peer that ends its sending side without saying so in TLS; its requests are complete or are seen not to be.
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
    static let nameNotAllowed = "the client certificate has none of the allowed names"

    /// Names that BoringSSL gives to errors, and what they mean to an operator.
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
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "the client says the server certificate has expired"),
    ]

    /// The reason in `error`: its meaning, or the library's own name for it.
    static func text(of error: any Error) -> String {
        if case NIOSSLError.handshakeFailed(let failure) = error {
            let text = "\(failure)"
            if text.contains(BoringSSLInternalError.eofDuringHandshake.description) { return closed }
            let marker = "OPENSSL_internal:"
            guard let start = text.firstRange(of: marker)?.upperBound else { return text }
            let code = text[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            return meanings.first { $0.code == code }?.meaning ?? String(code)
        }
        if let error = error as? IOError { return "the connection broke: error \(error.errnoCode)" }
        return "\(error)"
    }
}
