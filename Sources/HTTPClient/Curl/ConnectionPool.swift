// SPDX-License-Identifier: Apache-2.0
import CCurl

/// The connections, DNS answers and TLS sessions that requests of one transport share. A pool that has been replaced ends
/// with its last transfer; until then its connections carry what was begun on them, and nothing else.
///
/// Belongs to the curl thread. Closing connections of a single pool is possible because each has a share handle of its
/// own: libcurl itself reuses a multiplexed HTTP/2 connection that no longer responds, and checks the age of a connection
/// only while nobody uses it.
final class ConnectionPool {
    /// The share handle.
    let pointer: UnsafeMutableRawPointer
    /// When connections of this pool become too old for further requests.
    let expiry: ContinuousClock.Instant
    /// The content of the TLS files its connections are made with.
    let tls: TLSContent?

    /// nil: no memory.
    init?(expiry: ContinuousClock.Instant, tls: TLSContent?) {
        guard let pointer = curl_share_init() else { return nil }
        for data in [CURL_LOCK_DATA_CONNECT, CURL_LOCK_DATA_DNS, CURL_LOCK_DATA_SSL_SESSION]
        where ccurl_share_data(pointer, data) != CURLSHE_OK {
            curl_share_cleanup(pointer)
            return nil
        }
        self.pointer = pointer
        self.expiry = expiry
        self.tls = tls
    }

    deinit {
        let code = curl_share_cleanup(pointer)
        // Every easy handle leaves the pool before it lets go of it; else the connections would stay open.
        assert(code == CURLSHE_OK)
    }
}

/// The pool that new requests of each transport use.
struct ConnectionPools {
    private var current: [UInt64: ConnectionPool] = [:]
    /// No current pool expires earlier.
    private(set) var nextExpiry: ContinuousClock.Instant?

    /// The pool for a request that begins now; nil: no memory for one.
    /// - Parameters:
    ///   - transport: whose connections they are.
    ///   - tls: the content of the TLS files that the request was given.
    mutating func pool(
        for transport: CurlTransport, tls: TLSContent?, now: ContinuousClock.Instant
    ) -> ConnectionPool? {
        if let pool = current[transport.id], now < pool.expiry, !Self.isNewer(tls, than: pool.tls) { return pool }
        let expiry = now.advanced(by: transport.options.maximumAge)
        let pool = ConnectionPool(expiry: expiry, tls: tls)
        current[transport.id] = pool
        nextExpiry = current.values.map(\.expiry).min()
        return pool
    }

    /// Keeps further requests off `pool`, because a request on it has failed.
    mutating func retire(_ pool: ConnectionPool, of transport: UInt64) {
        // Many requests on one connection fail one after the other; only the first finds the pool in use.
        if current[transport] === pool { current[transport] = nil }
    }

    /// Forgets a transport that is gone.
    mutating func drop(_ transport: UInt64) { current[transport] = nil }

    /// Forgets pools that are too old, so that their idle connections are closed.
    mutating func dropExpired(now: ContinuousClock.Instant) {
        guard let nextExpiry, now >= nextExpiry else { return }
        current = current.filter { now < $0.value.expiry }
        self.nextExpiry = current.values.map(\.expiry).min()
    }

    /// Forgets every pool.
    mutating func dropAll() {
        current = [:]
        nextExpiry = nil
    }

    /// A request that was given its content before another one brought a newer pool uses that pool too; libcurl tells
    /// their connections apart.
    private static func isNewer(_ content: TLSContent?, than other: TLSContent?) -> Bool {
        guard let content else { return false }
        return content.version > (other?.version ?? 0)
    }
}
