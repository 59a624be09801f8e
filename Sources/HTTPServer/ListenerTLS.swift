// SPDX-License-Identifier: Apache-2.0
public import Base
import NIOCore
import NIOSSL
import NIOTLS

/// The validated TLS settings of a listener: certificates, key and rules for clients.
public struct ListenerTLS: Sendable {
    /// The error for invalid TLS settings.
    public struct Failure: Error, CustomStringConvertible {
        /// A message that contains nothing of the key.
        public var description: String
    }

    /// The IANA names of the TLS 1.2 cipher suites that can be configured.
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

    /// Creates settings.
    /// - Parameters:
    ///   - certificateChain: the server certificate and its intermediate certificates, in PEM.
    ///   - privateKey: the certificate's key, in PEM.
    ///   - clientAuthentication: the requirement for client certificates.
    ///   - clientAuthorities: the authorities for client certificates, in PEM; empty for the system's.
    ///   - allowedClientNames: the subject alternative names, of which a client certificate must have one; empty to
    ///     allow all.
    ///   - minimumVersion: the minimum TLS version.
    ///   - maximumVersion: the maximum TLS version.
    ///   - cipherSuites: the names of TLS 1.2 cipher suites in order of preference; empty for the library's. The suites
    ///     of TLS 1.3 can't be configured.
    /// - Throws: ``Failure`` if the certificate or key is invalid, or they don't match.
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
            throw Failure(description: "the certificate and key do not match, or no cipher suite is valid")
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

    /// Adds the TLS handlers to the pipeline of `channel`; called on its event loop.
    /// - Parameter report: called with the reason if the handshake fails.
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
        try pipeline.addHandler(HandshakeObserver(progress: progress, report: report))
        if !allowedNames.isEmpty {
            try pipeline.addHandler(
                PeerNameGuard(allowed: allowedNames, requiresCertificate: requiresCertificate, report: report))
        }
    }
}

extension NIOSSL.TLSVersion {
    fileprivate init(_ version: Base.TLSVersion) { self = version == .tls12 ? .tlsv12 : .tlsv13 }
}

/// Closes connections of clients whose certificate has no allowed name, before a request is read.
private final class PeerNameGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let allowed: Set<String>
    private let requiresCertificate: Bool
    private let report: (String) -> Void
    private var isRejected = false

    init(allowed: Set<String>, requiresCertificate: Bool, report: @escaping (String) -> Void) {
        self.allowed = allowed
        self.requiresCertificate = requiresCertificate
        self.report = report
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent, !isAllowed(context) {
            isRejected = true
            report(HandshakeObserver.nameNotAllowed)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Bytes received together with the end of the handshake arrive here before the connection is closed.
        if !isRejected { context.fireChannelRead(data) }
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
