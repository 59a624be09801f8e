// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import fabric_soak

@Suite("The hostile stand-ins", .timeLimit(.minutes(1)))
struct StandInTests {
    private static let response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    private static let request = "GET / HTTP/1.1\r\n\r\n"

    @Test("A stalled connection stays open and brings nothing, and a new one works")
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

    @Test("While everything stalls no connection works, and afterwards new ones do, at the other address too")
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

    @Test("A hanging file has no end until it is restored")
    func hangingFile() throws {
        let file = try TemporaryFile("old", name: "f")
        defer { file.remove() }
        let hanging = try HangingPath(file)
        var status = stat()
        #expect(stat(file.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        // As if something read it.
        let reader = open(file.path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try hanging.restore("new")
        var byte: UInt8 = 0
        #expect(read(reader, &byte, 1) == 0)
        let restored = open(file.path, O_RDONLY | O_NONBLOCK)
        defer { close(restored) }
        #expect(contents(of: restored, 0..<10) == Array("new".utf8))
    }

    @Test("A log that is left unread becomes full, and is kept when it is read")
    func logPipe() throws {
        let log = try LogPipe("test")
        defer { log.remove(keepingLog: false) }
        let writer = open(log.path, O_WRONLY | O_NONBLOCK)
        defer { close(writer) }
        log.isRead = false
        #expect(!log.isFull)
        let line = Array((String(repeating: "x", count: 299) + "\n").utf8)
        while write(writer, line, line.count) == line.count {}
        try log.step(1_000_000)
        try log.step(3_000_000)
        #expect(log.isFull)
        #expect(log.fullFor == 2_000_000)
        log.isRead = true
        try log.step(4_000_000)
        #expect(!log.isFull)
        #expect(write(writer, line, line.count) == line.count)
        #expect(try log.read().count == 300)
        let kept = open(log.kept.path, O_RDONLY)
        defer { close(kept) }
        #expect(contents(of: kept, 0..<1_000_000).count > 50_000)
    }
}
