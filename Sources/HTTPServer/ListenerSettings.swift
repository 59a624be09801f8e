// SPDX-License-Identifier: Apache-2.0

/// The addresses, limits and timeouts of a ``Listener``.
public struct ListenerSettings: Sendable {
    /// The addresses to listen on.
    public var addresses: [ListenAddress]
    /// The descriptors of sockets that are already bound; the listener takes ownership.
    public var boundSockets: [CInt] = []
    /// Returns the TLS settings of a new connection, or nil for plain HTTP. Called when a connection is accepted.
    public var tls: @Sendable () -> ListenerTLS? = { nil }
    /// The maximum size of a request body; beyond it the response is 413.
    public var maxBodyBytes = 64 * 1024
    /// The maximum size of the request target, and of all header names and values together; beyond it the response is
    /// 431.
    public var maxHeaderBytes = 16 * 1024
    /// The maximum number of header lines; beyond it the response is 431.
    public var maxHeaderLines = 256
    /// The time for a client to send a complete request, from its first byte (or from connecting), and the time for it
    /// to read any part of a response. After it the connection is closed.
    public var stallTimeout = Duration.seconds(10)
    /// The time for a client to read a whole response. After it the connection is closed.
    public var responseTimeout = Duration.seconds(300)
    /// The time for which a connection may be idle.
    public var idleTimeout = Duration.seconds(180)
    /// Whether a client that closes its sending side still receives its responses. If false, the request is canceled,
    /// which is the only way to notice a client that disconnects during it.
    public var allowsHalfClosure = true
    /// The maximum number of connections; at most half of the process's limit on open files is used. At the limit, the
    /// longest idle connection is closed for a new one.
    public var maxConnections = 512
    /// How long new connections wait while all others are busy, before they are closed.
    public var admissionTimeout = Duration.seconds(1)
    /// The maximum number of distinct bytes that responses in flight keep in memory, or three times the newest response
    /// if that is more. At the limit, the oldest responses are dropped.
    public var maxBytesInFlight = 64 * 1024 * 1024
    /// The minimum time between two log lines about the same kind of event that peers can cause.
    public var logPeriod = Duration.seconds(60)

    /// Creates settings for `addresses`, with defaults for small GET requests.
    public init(addresses: [ListenAddress]) { self.addresses = addresses }
}
