// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import fabric_soak

@Suite("Stalling relay", .timeLimit(.minutes(5)))
struct StallingRelayTests {
    private static let response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    private static let request = "GET / HTTP/1.1\r\n\r\n"

    @Test("A stalled connection stays open without data, and new connections work")
    func relay() async throws {
        let server = try ScriptedServer(.answer(Self.response))
        let relay = try StallingRelay(to: server.port)
        defer {
            relay.stop()
            server.stop()
        }
        let old = try RawClient(connectingTo: "127.0.0.1:\(relay.port)")
        try await old.send(Self.request)
        #expect(try await old.receive(upTo: "hi") == Self.response)
        relay.stallOpenConnections()
        try await old.send(Self.request)
        let new = try RawClient(connectingTo: "127.0.0.1:\(relay.port)")
        try await new.send(Self.request)
        #expect(try await new.receive(upTo: "hi") == Self.response)
        #expect(server.log.requests.count == 2)
        #expect(relay.stalledConnections == 1)
        #expect(relay.lastRequest != nil)
    }

    @Test("During a stall of all connections new ones hang; afterwards new ones work, at the other address too")
    func stalledNetwork() async throws {
        let server = try ScriptedServer(.answer(Self.response))
        let relay = try StallingRelay(to: server.port, on: "127.0.0.2")
        defer {
            relay.stop()
            server.stop()
        }
        relay.stallEverything()
        let stalled = try RawClient(connectingTo: "127.0.0.2:\(relay.port)")
        try await stalled.send(Self.request)
        await server.wait { $0.connections == 1 }
        relay.resume()
        let new = try RawClient(connectingTo: "127.0.0.2:\(relay.port)")
        try await new.send(Self.request)
        #expect(try await new.receive(upTo: "hi") == Self.response)
        #expect(server.log.requests.count == 1)
    }
}
