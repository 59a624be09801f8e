// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import HTTPClient

/// When requests use new connections: after a failure, at the maximum age, with another transport.
@Suite(.timeLimit(.minutes(5))) struct CurlTransportConnectionTests {
    @Test("Several frozen idle connections cause only one timeout")
    func frozenIdleConnections() async throws {
        let server = try ScriptedServer(
            .expectRequest, .waitForRelease, .send(plainResponse("x")), .answer(plainResponse("x")))
        defer { server.stop() }
        let relay = try FreezingRelay(to: server.port)
        defer { relay.stop() }
        let url = "http://127.0.0.1:\(relay.port)/"
        try await withTransport { transport in
            let first = Task { await statuses(4, transport, url) }
            await server.wait { $0.requests.count == 4 }
            server.release()
            #expect(await first.value == Array(repeating: 200, count: 4))
            relay.freeze()
            #expect(await transport.failure(url, timeout: .milliseconds(300))?.kind == .timeout)
            for _ in 0..<4 { #expect(await transport.status(url) == 200) }
            #expect(relay.log.connections == 5)
            // The abandoned connections are closed.
            await relay.wait { $0.closedByClient == 4 }
        }
    }

    @Test("A request in flight completes when another one fails")
    func failureOfAnotherRequest() async throws {
        let server = try ScriptedServer { index in
            index < 2 ? [.expectRequest, .hang] : [.answer(plainResponse("new"))]
        }
        let slow = try ScriptedServer(.expectRequest, .waitForRelease, .send(plainResponse("slow")))
        defer { slow.stop() }
        try await withServer(server) { transport, server in
            let inFlight = Task { await transport.text(slow.url()) }
            await slow.wait { $0.requests.count == 1 }
            let hanging = Task { await transport.failure(server.url(), timeout: .milliseconds(200)) }
            let other = Task { await transport.failure(server.url(), timeout: .milliseconds(200)) }
            #expect(await hanging.value?.kind == .timeout)
            #expect(await other.value?.kind == .timeout)
            #expect(await transport.text(server.url()) == "new")
            slow.release()
            #expect(await inFlight.value == "slow")
        }
    }

    @Test("A connection is closed at its maximum age and the next request opens another")
    func maximumAge() async throws {
        let options = ConnectionOptions(proxy: .none, maximumAge: .milliseconds(200))
        try await withServer(ScriptedServer(.answer(plainResponse("x"))), options) { transport, server in
            #expect(await transport.text(server.url()) == "x")
            await server.wait { $0.closedByPeer == 1 }
            #expect(await transport.text(server.url()) == "x")
            #expect(server.log.connections == 2)
        }
    }

    @Test("A busy connection is replaced at its maximum age")
    func maximumAgeOfBusyConnection() async throws {
        let options = ConnectionOptions(proxy: .none, maximumAge: .milliseconds(100))
        try await withServer(ScriptedServer(.answer(plainResponse("x"))), options) { transport, server in
            while server.log.connections < 3 { #expect(await transport.text(server.url()) == "x") }
        }
    }

    @Test("Transports do not share connections, and a released one closes its own")
    func separateConnections() async throws {
        let server = try ScriptedServer(.answer(plainResponse("x")))
        defer { server.stop() }
        let engine = try CurlEngine()
        let first = engine.transport(ConnectionOptions(proxy: .none))
        #expect(await first.text(server.url()) == "x")
        do {
            let second = engine.transport(ConnectionOptions(proxy: .none))
            for _ in 0..<3 { #expect(await second.text(server.url()) == "x") }
            #expect(server.log.connections == 2)
        }
        await server.wait { $0.closedByPeer == 1 }
        #expect(await first.text(server.url()) == "x")
        #expect(server.log.connections == 2)
        await engine.shutdown()
    }

    @Test("A request in flight completes after its transport is released")
    func releasedTransport() async throws {
        let server = try ScriptedServer(.expectRequest, .waitForRelease, .send(plainResponse("x")))
        defer { server.stop() }
        let engine = try CurlEngine()
        let task = Task { [transport = engine.transport(ConnectionOptions(proxy: .none))] in
            await transport.text(server.url())
        }
        await server.wait { $0.requests.count == 1 }
        server.release()
        #expect(await task.value == "x")
        await server.wait { $0.finished == 1 }
        await engine.shutdown()
    }
}

/// Returns the statuses of `count` concurrent GET requests; nil for those that failed.
func statuses(_ count: Int, _ transport: some HTTPTransport, _ url: String) async -> [Int?] {
    await withTaskGroup(of: Int?.self) { group in
        for _ in 0..<count { group.addTask { await transport.status(url) } }
        return await group.reduce(into: []) { $0.append($1) }
    }
}

/// TLS and HTTP/2 connections that freeze.
@Suite(.enabled(if: TLSServers.isAvailable, "nginx and openssl are needed"), .tlsServers, .timeLimit(.minutes(5)))
struct CurlTransportFrozenConnectionTests {
    private let servers: TLSServers

    init() throws {
        servers = try #require(TLSServers.current)
    }

    /// Runs `body` with a relay to `port` and a transport that trusts the server.
    private func withRelay(
        to port: UInt16, asProxy: Bool = false,
        _ body: (_ transport: CurlTransport, _ relay: FreezingRelay, _ url: String) async throws -> Void
    ) async throws {
        let relay = try FreezingRelay(to: port, asProxy: asProxy)
        defer { relay.stop() }
        let options = ConnectionOptions(
            caFile: servers.file("ca.pem"), proxy: asProxy ? .url("http://127.0.0.1:\(relay.port)") : .none)
        try await withTransport(options) {
            try await body($0, relay, "https://localhost:\(asProxy ? port : relay.port)/")
        }
    }

    /// Returns the kinds of failure of `count` concurrent GET requests.
    private func failures(
        _ count: Int, _ transport: CurlTransport, _ url: String
    ) async -> [TransportFailure.Kind?] {
        await withTaskGroup(of: TransportFailure.Kind?.self) { group in
            for _ in 0..<count {
                // Long enough for all of them to start, even on a slow machine.
                group.addTask { await transport.failure(url, timeout: .seconds(6))?.kind }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("After a timeout, all requests share one new connection", arguments: [false, true])
    func newConnectionAfterTimeout(_ asProxy: Bool) async throws {
        try await withRelay(to: servers.http2, asProxy: asProxy) { transport, relay, url in
            #expect(await transport.text(url).hasPrefix("protocol=HTTP/2.0 "))
            relay.freeze()
            #expect(await failures(16, transport, url) == Array(repeating: .timeout, count: 16))
            #expect(relay.log.connections == 1)
            #expect(await statuses(16, transport, url) == Array(repeating: 200, count: 16))
            #expect(relay.log.connections == 2)
            await relay.wait { $0.closedByClient >= 1 }
        }
    }

    @Test("A request that fails while others wait on a frozen connection retires it")
    func overlappingTimeouts() async throws {
        try await withRelay(to: servers.http2) { transport, relay, url in
            #expect(await transport.status(url) == 200)
            relay.freeze()
            async let early = transport.failure(url, timeout: .seconds(2))
            async let late = transport.failure(url, timeout: .seconds(8))
            #expect(await early?.kind == .timeout)
            // The late request still waits on the frozen connection; this one uses a new one.
            #expect(await transport.status(url) == 200)
            #expect(await late?.kind == .timeout)
            #expect(await transport.status(url) == 200)
            #expect(relay.log.connections == 2)
        }
    }

    @Test("A connection whose handshake never finishes is abandoned")
    func frozenHandshake() async throws {
        try await withRelay(to: servers.http2) { transport, relay, url in
            relay.freeze(newOnes: true)
            #expect(await failures(16, transport, url) == Array(repeating: .timeout, count: 16))
            relay.relayNewConnections()
            let before = relay.log.connections
            #expect(await statuses(16, transport, url) == Array(repeating: 200, count: 16))
            #expect(relay.log.connections == before + 1)
        }
    }

    @Test("A thousand successful requests use one connection")
    func oneHandshake() async throws {
        try await withRelay(to: servers.http2) { transport, relay, url in
            for _ in 0..<50 {
                #expect(await statuses(20, transport, url) == Array(repeating: 200, count: 20))
            }
            #expect(relay.log.connections == 1)
        }
    }
}
