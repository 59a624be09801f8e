// SPDX-License-Identifier: Apache-2.0

/// How a ``Listener`` listens and what it puts up with.
public struct ListenerSettings: Sendable {
    /// Where to listen.
    public var addresses: [ListenAddress]
    /// Descriptors of sockets that are bound already; they are the listener's from now on.
    public var boundSockets: [CInt]
    /// Asked for each connection when it is accepted: what TLS is spoken by, or nil for plain HTTP. A connection keeps what
    /// it began with.
    public var tls: @Sendable () -> ListenerTLS?
    /// The longest request body taken; a longer one is answered 413.
    public var maxBodyBytes: Int
    /// The most bytes of target, header names and values together; more is answered 431.
    public var maxHeaderBytes: Int
    /// The most header lines; more is answered 431.
    public var maxHeaderLines: Int
    /// How long a client may take to send the whole of a request that it began (or the first one, from connecting), and
    /// how long it may take nothing of a response, before it is dropped.
    public var stallTimeout: Duration
    /// How long a connection may wait for its next request.
    public var idleTimeout: Duration
    /// The most connections at a time; further ones are closed at once, so that idle clients cannot use up the
    /// process' file descriptors.
    public var maxConnections: Int
    /// What peers can cause to be logged is logged once in this time, with the number of events.
    public var logPeriod: Duration

    /// Settings; all but the addresses have the defaults of a server that answers small GETs.
    public init(
        addresses: [ListenAddress],
        boundSockets: [CInt] = [],
        tls: @escaping @Sendable () -> ListenerTLS? = { nil },
        maxBodyBytes: Int = 64 * 1024,
        maxHeaderBytes: Int = 16 * 1024,
        maxHeaderLines: Int = 256,
        stallTimeout: Duration = .seconds(10),
        idleTimeout: Duration = .seconds(180),
        maxConnections: Int = 512,
        logPeriod: Duration = .seconds(60)
    ) {
        self.addresses = addresses
        self.boundSockets = boundSockets
        self.tls = tls
        self.maxBodyBytes = maxBodyBytes
        self.maxHeaderBytes = maxHeaderBytes
        self.maxHeaderLines = maxHeaderLines
        self.stallTimeout = stallTimeout
        self.idleTimeout = idleTimeout
        self.maxConnections = maxConnections
        self.logPeriod = logPeriod
    }
}
