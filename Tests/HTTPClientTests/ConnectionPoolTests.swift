// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import HTTPClient

/// The choice of the pool for a request, with a simulated clock.
@Suite("Connection pools") struct ConnectionPoolTests {
    private static let start = ContinuousClock.now

    /// Pools, and two transports of an engine, which stay usable after it is released.
    private struct Fixture {
        var pools = ConnectionPools()
        let transports: [CurlTransport]

        init() throws {
            let engine = try CurlEngine()
            transports = (0..<2).map { _ in
                engine.transport(ConnectionOptions(proxy: .none, maximumAge: .seconds(10)))
            }
        }

        /// Returns the pool for a request `seconds` after the start.
        mutating func pool(
            _ transport: Int = 0, at seconds: Double = 0, _ tls: TLSContent? = nil
        ) throws -> ConnectionPool {
            let pool = pools.pool(for: transports[transport], tls: tls, now: start + .seconds(seconds))
            return try #require(pool)
        }

        mutating func retire(_ pool: ConnectionPool) { pools.retire(pool, of: transports[0].id) }
    }

    @Test("Requests use a new pool once the maximum age is reached")
    func age() throws {
        var fixture = try Fixture()
        let early = try [fixture.pool(at: 0), fixture.pool(at: 9.999)]
        #expect(early[0] === early[1])
        // The age counts from creation, even for busy connections.
        let late = try [fixture.pool(at: 10), fixture.pool(at: 19), fixture.pool(at: 20)]
        #expect(late[0] !== early[0])
        #expect(late[1] === late[0])
        #expect(late[2] !== late[0])
    }

    @Test("A failure retires only the pool of the failed request")
    func failure() throws {
        var fixture = try Fixture()
        let first = try fixture.pool()
        fixture.retire(first)
        let second = try fixture.pool()
        #expect(second !== first)
        // Fifteen other requests on the same frozen connection.
        for _ in 0..<15 { fixture.retire(first) }
        let third = try fixture.pool()
        #expect(third === second)
    }

    @Test("Transports have separate pools; a failure of one does not affect the other")
    func transports() throws {
        var fixture = try Fixture()
        let pools = try [fixture.pool(0), fixture.pool(1)]
        #expect(pools[0] !== pools[1])
        fixture.retire(pools[0])
        let other = try fixture.pool(1)
        #expect(other === pools[1])
        fixture.pools.drop(fixture.transports[1].id)
        let fresh = try fixture.pool(1)
        #expect(fresh !== pools[1])
    }

    @Test("An expired pool is removed without a request")
    func expiry() throws {
        var fixture = try Fixture()
        weak let pool = try fixture.pool()
        #expect(fixture.pools.nextExpiry == Self.start + .seconds(10))
        fixture.pools.dropExpired(now: Self.start + .seconds(9))
        #expect(pool != nil)
        fixture.pools.dropExpired(now: Self.start + .seconds(10))
        #expect(pool == nil)
        #expect(fixture.pools.nextExpiry == nil)
    }

    @Test("Newer TLS files replace the pool, older ones do not")
    func content() throws {
        var fixture = try Fixture()
        let contents = try (1...2).map { version in
            try TLSContent(reading: TLSContent.Paths(), version: version) { _ in }
        }
        let pools = try [0, 0, 1, 0].map { try fixture.pool(0, at: 0, contents[$0]) }
        #expect(pools[1] === pools[0])
        #expect(pools[2] !== pools[0])
        #expect(pools[3] === pools[2])
    }
}
