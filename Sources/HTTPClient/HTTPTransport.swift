// SPDX-License-Identifier: Apache-2.0
public import Base

/// A type that sends HTTP requests, also concurrently.
///
/// A transport never follows redirects or retries, and every request ends by its deadline. Canceling the calling task
/// fails the request with ``TransportFailure/Kind/canceled``. After a connection failure, such as a timeout, later
/// requests use a new connection. Transports don't share connections.
public protocol HTTPTransport: Sendable {
    /// Sends `request`.
    /// - Returns: the response, with any status.
    /// - Throws: ``TransportFailure`` if no complete response was received.
    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse
}

/// The TLS and proxy options for connections to a source.
public struct ConnectionOptions: Sendable, Equatable {
    /// The PEM file of trusted certificate authorities; nil for the system's. Like the two below, reloaded when it
    /// changes.
    public var caFile: String?
    /// The PEM file of the client certificate.
    public var certificateFile: String?
    /// The PEM file of the client certificate's key.
    public var keyFile: String?
    /// The server name for SNI and certificate verification; nil for the URL's host.
    public var serverName: String?
    /// The minimum TLS version.
    public var minimumTLSVersion: TLSVersion = .tls12
    /// Whether the server's certificate is accepted without verification.
    public var skipsVerification: Bool
    /// The proxy to use.
    public var proxy: Proxy
    /// The age from which a connection is not used for further requests.
    public var maximumAge: Duration

    /// The proxy to use.
    public enum Proxy: Sendable, Equatable {
        /// The proxy in the environment (`https_proxy`, `no_proxy` …), by curl's rules.
        case environment
        /// The proxy with this URL; the environment is ignored. May contain a password: never log it.
        case url(String)
        /// No proxy; the environment is ignored.
        case none
    }

    /// The URL of the configured proxy; may contain a password.
    public var proxyURL: String? { if case .url(let url) = proxy { url } else { nil } }

    /// Creates options with the defaults of the configuration.
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
