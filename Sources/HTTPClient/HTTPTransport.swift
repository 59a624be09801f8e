// SPDX-License-Identifier: Apache-2.0
public import Base

/// Something that carries out HTTP exchanges, one at a time or many side by side.
///
/// A transport never follows redirects, never retries, and ends every exchange by its deadline. Cancelling the calling
/// task ends the exchange with ``TransportFailure/Kind/cancelled``. After a failure of a connection, such as a timeout,
/// later exchanges use another connection. No two transports share connections.
public protocol HTTPTransport: Sendable {
    /// Carries out `request`.
    /// - Returns: the response, whatever its status.
    /// - Throws: ``TransportFailure`` when no complete response came.
    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse
}

/// How connections to one source are made: the TLS and proxy part of its configuration.
public struct ConnectionOptions: Sendable, Equatable {
    /// PEM file of the certificate authorities to trust; nil: the system's. Like the two below it is read again when it
    /// changes.
    public var caFile: String?
    /// PEM file of the client certificate.
    public var certificateFile: String?
    /// PEM file of the client certificate's key.
    public var keyFile: String?
    /// The name to ask for and to verify in place of the URL's host.
    public var serverName: String?
    /// The lowest TLS version accepted.
    public var minimumTLSVersion: TLSVersion = .tls12
    /// Accept any certificate.
    public var skipsVerification: Bool
    /// Which proxy to use.
    public var proxy: Proxy
    /// Age at which a connection is no longer used for further requests.
    public var maximumAge: Duration

    /// Which proxy to use.
    public enum Proxy: Sendable, Equatable {
        /// As the environment says (`https_proxy`, `no_proxy` …), the way curl reads it.
        case environment
        /// This one, whatever the environment says. May hold a password: never log it.
        case url(String)
        /// None, whatever the environment says.
        case none
    }

    /// The address of the proxy, where one is given; it may hold a password.
    public var proxyURL: String? { if case .url(let url) = proxy { url } else { nil } }

    /// Options; what is not given has the default of the configuration contract.
    public init(
        caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, serverName: String? = nil,
        skipsVerification: Bool = false, proxy: Proxy = .environment, maximumAge: Duration = .seconds(300)
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.serverName = serverName
        self.skipsVerification = skipsVerification
        self.proxy = proxy
        self.maximumAge = maximumAge
    }
}
