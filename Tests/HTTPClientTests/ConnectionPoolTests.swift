// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import HTTPClient

/// Which pool a request uses, with the time handed in.
@Suite("Connection pools") struct ConnectionPoolTests {
    private static let start = ContinuousClock.now

    /// Pools, and the transports of one engine; they stay valid after it has ended.
    private struct Scene {
        var pools = ConnectionPools()
        let transports: [CurlTransport]

        init() throws {
            let engine = try CurlEngine()
            transports = (0..<2).map { _ in
                engine.transport(ConnectionOptions(proxy: .none, maximumAge: .seconds(10)))
            }
        }

        /// The pool for a request that begins some seconds after the start.
        mutating func pool(
            _ transport: Int = 0, at seconds: Double = 0, _ tls: TLSContent? = nil
        ) throws -> ConnectionPool {
            let pool = pools.pool(for: transports[transport], tls: tls, now: start + .seconds(seconds))
            return try #require(pool)
        }

        mutating func retire(_ pool: ConnectionPool) { pools.retire(pool, of: transports[0].id) }
    }

    @Test("Requests use one pool until the maximum age, and a new one from then on")
    func age() throws {
        var scene = try Scene()
        let early = try [scene.pool(at: 0), scene.pool(at: 9.999)]
        #expect(early[0] === early[1])
        // The age is counted from the beginning, however busy the connections are.
        let late = try [scene.pool(at: 10), scene.pool(at: 19), scene.pool(at: 20)]
        #expect(late[0] !== early[0])
        #expect(late[1] === late[0])
        #expect(late[2] !== late[0])
    }

    @Test("A failure replaces the pool it happened in and no newer one")
    func failure() throws {
        var scene = try Scene()
        let first = try scene.pool()
        scene.retire(first)
        let second = try scene.pool()
        #expect(second !== first)
        // Fifteen other requests on the connection that went silent.
        for _ in 0..<15 { scene.retire(first) }
        let third = try scene.pool()
        #expect(third === second)
    }

    @Test("Another transport has another pool, which a failure of the first leaves alone")
    func transports() throws {
        var scene = try Scene()
        let pools = try [scene.pool(0), scene.pool(1)]
        #expect(pools[0] !== pools[1])
        scene.retire(pools[0])
        let other = try scene.pool(1)
        #expect(other === pools[1])
        scene.pools.drop(scene.transports[1].id)
        let fresh = try scene.pool(1)
        #expect(fresh !== pools[1])
    }

    @Test("A pool that is too old is forgotten without a request")
    func expiry() throws {
        var scene = try Scene()
        weak let pool = try scene.pool()
        #expect(scene.pools.nextExpiry == Self.start + .seconds(10))
        scene.pools.dropExpired(now: Self.start + .seconds(9))
        #expect(pool != nil)
        scene.pools.dropExpired(now: Self.start + .seconds(10))
        #expect(pool == nil)
        #expect(scene.pools.nextExpiry == nil)
    }

    @Test("Newer content of the TLS files begins a new pool, older content does not")
    func content() throws {
        var scene = try Scene()
        let contents = try (1...2).map { version in
            try TLSContent(reading: TLSContent.Paths(), version: version) { _ in }
        }
        let pools = try [0, 0, 1, 0].map { try scene.pool(0, at: 0, contents[$0]) }
        #expect(pools[1] === pools[0])
        #expect(pools[2] !== pools[0])
        #expect(pools[3] === pools[2])
    }
}
