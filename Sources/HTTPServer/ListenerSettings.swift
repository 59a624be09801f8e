// SPDX-License-Identifier: Apache-2.0

/// How a ``Listener`` listens and what it puts up with.
public struct ListenerSettings: Sendable {
    /// Where to listen.
    public var addresses: [ListenAddress]
    /// Descriptors of sockets that are bound already; they are the listener's from now on.
    public var boundSockets: [CInt] = []
    /// Asked for each connection when it is accepted: what TLS is spoken by, or nil for plain HTTP. A connection keeps what
    /// it began with.
    public var tls: @Sendable () -> ListenerTLS? = { nil }
    /// The longest request body taken; a longer one is answered 413.
    public var maxBodyBytes = 64 * 1024
    /// The most bytes of the target, and of header names and values together; more of either is answered 431.
    public var maxHeaderBytes = 16 * 1024
    /// The most header lines; more is answered 431.
    public var maxHeaderLines = 256
    /// How long a client may take to send the whole of a request that it began (or the first one, from connecting), and
    /// how long it may take nothing of a response, before it is dropped.
    public var stallTimeout = Duration.seconds(10)
    /// How long a client may take for a whole response, however steadily it reads, before it is dropped.
    public var responseTimeout = Duration.seconds(300)
    /// How long a connection may wait for its next request.
    public var idleTimeout = Duration.seconds(180)
    /// Whether a client that closes its sending side still gets its responses. If not, it is taken to have gone, which is
    /// the only way to notice a client that closes while its request is handled.
    public var allowsHalfClosure = true
    /// The maximum number of connections, and never more than half of the process' limit on open files. At the limit the
    /// connection that has been idle longest is closed for a new one.
    public var maxConnections = 512
    /// How long new clients wait while all connections are busy; then they are closed until one is not.
    public var roomTimeout = Duration.seconds(1)
    /// The maximum of distinct bytes that responses in flight keep in memory, or three times the newest response if that
    /// is more. The responses that began first are dropped for a new one that does not fit.
    public var maxBytesInFlight = 64 * 1024 * 1024
    /// What peers can cause to be logged is logged once in this time, with the number of events.
    public var logPeriod = Duration.seconds(60)

    /// Settings of a server that answers small GETs at `addresses`.
    public init(addresses: [ListenAddress]) { self.addresses = addresses }
}
