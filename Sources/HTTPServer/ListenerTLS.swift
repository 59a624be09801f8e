// SPDX-License-Identifier: Apache-2.0
public import Base
import NIOCore
import NIOSSL
import NIOTLS

/// Certificates, keys and rules that a listener speaks TLS by; checked, and immutable.
public struct ListenerTLS: Sendable {
    /// Settings that TLS cannot be spoken by.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong, in one sentence; nothing of a key in it.
        public var description: String
    }

    /// The suites of TLS 1.2 that can be chosen, by their IANA names.
    public static let knownCipherSuites = suites.map(\.name)

    private static let suites: [(name: String, suite: NIOTLSCipher)] = [
        ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
        ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
        ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
        ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
        ("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", .TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", .TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
        ("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", .TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA),
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", .TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA),
        ("TLS_RSA_WITH_AES_128_GCM_SHA256", .TLS_RSA_WITH_AES_128_GCM_SHA256),
        ("TLS_RSA_WITH_AES_256_GCM_SHA384", .TLS_RSA_WITH_AES_256_GCM_SHA384),
        ("TLS_RSA_WITH_AES_128_CBC_SHA", .TLS_RSA_WITH_AES_128_CBC_SHA),
        ("TLS_RSA_WITH_AES_256_CBC_SHA", .TLS_RSA_WITH_AES_256_CBC_SHA),
    ]

    private let context: NIOSSLContext
    private let acceptsAnyCertificate: Bool
    private let requiresCertificate: Bool
    private let allowedNames: Set<String>

    /// Checks what a listener is told.
    /// - Parameters:
    ///   - certificateChain: the certificate and what leads from it to an authority, in PEM.
    ///   - privateKey: its key, in PEM.
    ///   - clientAuthentication: what is asked of clients.
    ///   - clientAuthorities: authorities that may sign clients' certificates, in PEM; empty: the system's.
    ///   - allowedClientNames: names of which a client's certificate must carry one as alternative name; empty: any will
    ///     do.
    ///   - minimumVersion: the oldest version spoken.
    ///   - maximumVersion: the newest version spoken.
    ///   - cipherSuites: names of the suites of TLS 1.2, in order of preference; empty: the library's. Those of TLS 1.3
    ///     can't be chosen.
    /// - Throws: ``Failure`` when a certificate or key cannot be read, or they don't belong together.
    public init(
        certificateChain: [UInt8], privateKey: [UInt8], clientAuthentication: ClientAuthentication = .none,
        clientAuthorities: [UInt8] = [], allowedClientNames: [String] = [], minimumVersion: Base.TLSVersion = .tls12,
        maximumVersion: Base.TLSVersion = .tls13, cipherSuites: [String] = []
    ) throws(Failure) {
        let chain = try Self.certificates(certificateChain, "certificate")
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(bytes: privateKey, format: .pem) } catch {
            throw Failure(description: "the key cannot be read; it must be PEM without a passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = NIOSSL.TLSVersion(minimumVersion)
        configuration.maximumTLSVersion = NIOSSL.TLSVersion(maximumVersion)
        configuration.applicationProtocols = ["http/1.1"]
        if !cipherSuites.isEmpty {
            configuration.cipherSuiteValues = cipherSuites.compactMap { name in
                Self.suites.first { $0.name == name }?.suite
            }
        }
        if !clientAuthorities.isEmpty {
            configuration.trustRoots = .certificates(
                try Self.certificates(clientAuthorities, "client authority"))
        }
        switch clientAuthentication {
        case .none: configuration.certificateVerification = .none
        case .request, .verifyIfGiven: configuration.certificateVerification = .optionalVerification
        case .requireAny, .requireAndVerify: configuration.certificateVerification = .noHostnameVerification
        }
        do { context = try NIOSSLContext(configuration: configuration) } catch {
            throw Failure(description: "certificate and key do not belong together, or the cipher suites are none")
        }
        acceptsAnyCertificate = [.request, .requireAny].contains(clientAuthentication)
        requiresCertificate = [.requireAny, .requireAndVerify].contains(clientAuthentication)
        allowedNames = Set(allowedClientNames)
    }

    private static func certificates(_ pem: [UInt8], _ what: String) throws(Failure) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(pem)
            if !certificates.isEmpty { return certificates }
        } catch {}
        throw Failure(description: "the \(what) cannot be read; it must be PEM")
    }

    /// Puts TLS between the socket and whatever is added later; called on the event loop of `channel`.
    /// - Parameter report: takes the reason when the handshake fails.
    func add(to channel: any Channel, progress: ConnectionProgress, report: @escaping (String) -> Void) throws {
        let pipeline = channel.pipeline.syncOperations
        let handler: NIOSSLServerHandler
        if acceptsAnyCertificate {
            handler = NIOSSLServerHandler(
                context: context,
                customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) })
        } else {
            handler = NIOSSLServerHandler(context: context)
        }
        try pipeline.addHandler(handler)
        try pipeline.addHandler(HandshakeWatch(progress: progress, report: report))
        if !allowedNames.isEmpty {
            try pipeline.addHandler(
                PeerNameGuard(allowed: allowedNames, requiresCertificate: requiresCertificate, report: report))
        }
    }
}

extension NIOSSL.TLSVersion {
    fileprivate init(_ version: Base.TLSVersion) { self = version == .tls12 ? .tlsv12 : .tlsv13 }
}

/// Closes the connection of a client whose certificate carries none of the allowed names, before any of its requests is
/// read.
private final class PeerNameGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let allowed: Set<String>
    private let requiresCertificate: Bool
    private let report: (String) -> Void
    private var isRefused = false

    init(allowed: Set<String>, requiresCertificate: Bool, report: @escaping (String) -> Void) {
        self.allowed = allowed
        self.requiresCertificate = requiresCertificate
        self.report = report
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent, !isAllowed(context) {
            isRefused = true
            report(HandshakeWatch.nameNotAllowed)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What came along with the end of the handshake is read before the connection is closed.
        if !isRefused { context.fireChannelRead(data) }
    }

    private func isAllowed(_ context: ChannelHandlerContext) -> Bool {
        let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        guard let certificate = handler?.peerCertificate else { return !requiresCertificate }
        return certificate._subjectAlternativeNames().contains { name in
            switch name.nameType {
            case .dnsName, .email, .uri: allowed.contains(String(decoding: name.contents, as: UTF8.self))
            case .ipAddress: allowed.contains(Self.address(Array(name.contents)))
            default: false
            }
        }
    }

    private static func address(_ bytes: [UInt8]) -> String {
        (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0))?.ipAddress ?? ""
    }
}
