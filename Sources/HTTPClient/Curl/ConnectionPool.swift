// SPDX-License-Identifier: Apache-2.0
import CCurl

/// The connections, DNS results and TLS sessions that requests of one transport share. A replaced pool accepts no new
/// transfers and ends with its last one.
///
/// Used only on the curl thread. Each pool has its own share handle, so that its connections can be closed together:
/// libcurl reuses a multiplexed HTTP/2 connection that no longer responds, and checks the age of idle connections only.
final class ConnectionPool {
    /// The share handle.
    let pointer: UnsafeMutableRawPointer
    /// The time from which the connections are too old for further requests.
    let expiry: ContinuousClock.Instant
    /// The content of the TLS files used by its connections.
    let tls: TLSContent?

    /// Returns nil if memory is exhausted.
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
        // Easy handles detach from the pool before releasing it; otherwise the connections would stay open.
        assert(code == CURLSHE_OK)
    }
}

/// The current pool of each transport, for new requests.
struct ConnectionPools {
    private var current: [UInt64: ConnectionPool] = [:]
    /// The earliest expiry of a current pool, or earlier.
    private(set) var nextExpiry: ContinuousClock.Instant?

    /// Returns the pool for a new request; nil if memory is exhausted.
    /// - Parameters:
    ///   - transport: the transport that sends the request.
    ///   - tls: the content of the TLS files for the request.
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

    /// Stops using `pool` for new requests, because a request on it has failed.
    mutating func retire(_ pool: ConnectionPool, of transport: UInt64) {
        // When a shared connection breaks, all its requests fail; a later failure must not retire the new pool.
        if current[transport] === pool { current[transport] = nil }
    }

    /// Removes the pool of a released transport.
    mutating func drop(_ transport: UInt64) { current[transport] = nil }

    /// Removes expired pools, so that their idle connections are closed.
    mutating func dropExpired(now: ContinuousClock.Instant) {
        guard let nextExpiry, now >= nextExpiry else { return }
        current = current.filter { now < $0.value.expiry }
        self.nextExpiry = current.values.map(\.expiry).min()
    }

    /// Removes all pools.
    mutating func dropAll() {
        current = [:]
        nextExpiry = nil
    }

    /// Whether `content` is newer than `other`. A request with older content uses the newer pool too; libcurl doesn't
    /// mix their connections.
    private static func isNewer(_ content: TLSContent?, than other: TLSContent?) -> Bool {
        guard let content else { return false }
        return content.version > (other?.version ?? 0)
    }
}
