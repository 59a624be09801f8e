// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Connections at the limit", .timeLimit(.minutes(5)))
struct ConnectionTableTests {
    private final class Key {}

    private let keys = (0..<4).map { _ in Key() }
    private var ids: [ObjectIdentifier] { keys.map { ObjectIdentifier($0) } }

    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    /// Returns a table; `unread` are the descriptors with unread bytes.
    private func table(limit: Int, unread: Set<CInt> = []) -> ConnectionTable {
        ConnectionTable(limit: limit) { unread.contains($0) }
    }

    @Test("The longest idle connection is closed first")
    func idle() {
        var table = table(limit: 2)
        for index in 0...1 {
            #expect(table.admit(ids[index], now: at(Int64(index) + 1)) == .admitted)
            table.setUp(ids[index], descriptor: CInt(index))
        }
        table.note(.busy, of: ids[0], now: at(3))
        table.note(.idle, of: ids[0], now: at(4))
        #expect(table.admit(ids[2], now: at(5)) == .wait(closing: [ids[1]]))
        let isClosed = table.close(ids[1], now: at(5))
        #expect(isClosed)
        #expect(table.admit(ids[2], now: at(5)) == .admitted)
        table.setUp(ids[2], descriptor: 2)
        #expect(table.admit(ids[3], now: at(6)) == .wait(closing: [ids[0]]))
    }

    @Test("Receiving connections are closed only if none is idle, busy ones never")
    func receiving() {
        var table = table(limit: 3)
        for index in 0..<3 {
            _ = table.admit(ids[index], now: at(Int64(index)))
            table.setUp(ids[index], descriptor: CInt(index))
        }
        table.note(.receiving, of: ids[0], now: at(10))
        table.note(.busy, of: ids[1], now: at(10))
        var other = table
        #expect(table.selectCandidates(8, now: at(11)) == [ids[2], ids[0]])
        other.note(.busy, of: ids[2], now: at(11))
        #expect(other.admit(ids[3], now: at(12)) == .wait(closing: [ids[0]]))
        let isClosed = other.close(ids[0], now: at(12))
        #expect(isClosed)
        #expect(other.admit(ids[3], now: at(13)) == .admitted)
        other.setUp(ids[3], descriptor: 3)
        other.note(.busy, of: ids[3], now: at(13))
        #expect(other.admit(ids[0], now: at(14)) == .rejected)
        other.remove(ids[1])
        #expect(other.admit(ids[0], now: at(15)) == .admitted)
    }

    @Test("A connection with unread bytes is not closed")
    func unread() {
        var table = table(limit: 2, unread: [1])
        _ = table.admit(ids[0], now: at(1))
        table.setUp(ids[0], descriptor: 0)
        table.note(.busy, of: ids[0], now: at(1))
        _ = table.admit(ids[1], now: at(2))
        // Before a connection is set up, its unread bytes are unknown.
        #expect(table.admit(ids[2], now: at(3)) == .wait(closing: []))
        table.setUp(ids[1], descriptor: 1)
        #expect(table.selectCandidates(8, now: at(3)) == [])
        #expect(table.admit(ids[2], now: at(3)) == .rejected)
    }

    @Test("A connection selected for closing stays open if it receives a request first")
    func requestBeforeClosing() {
        var table = table(limit: 1)
        _ = table.admit(ids[0], now: at(1))
        table.setUp(ids[0], descriptor: 0)
        #expect(table.admit(ids[1], now: at(2)) == .wait(closing: [ids[0]]))
        // A second accepting thread doesn't select another connection meanwhile.
        #expect(table.admit(ids[2], now: at(2)) == .wait(closing: []))
        table.note(.busy, of: ids[0], now: at(2))
        let isClosed = table.close(ids[0], now: at(2))
        #expect(!isClosed)
        #expect(table.admit(ids[1], now: at(3)) == .rejected)
        table.note(.idle, of: ids[0], now: at(4))
        #expect(table.admit(ids[1], now: at(5)) == .wait(closing: [ids[0]]))
    }

    @Test("A receiving connection is not closed for 100 ms")
    func justReceiving() {
        var table = table(limit: 1)
        _ = table.admit(ids[0], now: at(1))
        table.setUp(ids[0], descriptor: 0)
        table.note(.receiving, of: ids[0], now: at(2))
        #expect(table.admit(ids[1], now: at(2)) == .rejected)
        #expect(table.admit(ids[1], now: at(2) + .milliseconds(100)) == .wait(closing: [ids[0]]))
    }

    @Test("Many simultaneous clients are all served while all but one connection are busy")
    func simultaneousClients() async throws {
        let (socket, port) = try LoopbackSocket.listen()
        defer { close(socket) }
        // All clients connect and send their requests before the first one is accepted.
        let busy = try (0..<3).map { _ in try RawClient(connectingTo: "127.0.0.1:\(port)") }
        for client in busy { try await client.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n") }
        let others = try (0..<40).map { _ in try RawClient(connectingTo: "127.0.0.1:\(port)") }
        for client in others { try await client.send(Self.get) }
        let goOn = Signal<Bool>()
        try await withListener(
            handler: { request in
                if request.path == "/wait" { _ = await goOn.wait() }
                return .text(200, "ok")
            },
            settings: {
                $0.boundSockets = [dup(socket)]
                $0.maxConnections = 4
                $0.admissionTimeout = .seconds(300)
            }
        ) { _, _ in
            for client in others { _ = try await client.receive(upTo: "ok") }
            await goOn.send(true)
            for client in busy { _ = try await client.receive(upTo: "ok") }
        }
    }

    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("At the limit, an idle connection is closed for a new one")
    func idleConnectionClosed() async throws {
        try await withListener(handler: { _ in .text(200, "ok") }, settings: { $0.maxConnections = 2 }) { address, _ in
            let silent = try RawClient(connectingTo: address)
            let first = try RawClient(connectingTo: address)
            try await first.send(Self.get)
            _ = try await first.receive(upTo: "ok")
            let second = try RawClient(connectingTo: address)
            try await second.send(Self.get)
            _ = try await second.receive(upTo: "ok")
            #expect(try await silent.receiveToEnd().bytes == [])
            try await first.send(Self.get)
            _ = try await first.receive(upTo: "ok")
        }
    }

    @Test("At the limit, new connections are rejected while all others are busy, which is logged once")
    func busyConnectionsKept() async throws {
        let recorder = LogRecorder()
        let began = Signal<Bool>()
        let goOn = Signal<Bool>()
        try await withListener(
            logger: recorder.logger,
            handler: { _ in
                await began.send(true)
                _ = await goOn.wait()
                return .text(200, "ok")
            },
            settings: {
                $0.maxConnections = 1
                $0.admissionTimeout = .milliseconds(10)
            }
        ) { address, _ in
            let first = try RawClient(connectingTo: address)
            try await first.send(Self.get)
            _ = await began.wait()
            for _ in 0..<3 { #expect(try await RawClient(connectingTo: address).receiveToEnd().bytes == []) }
            await goOn.send(true)
            _ = try await first.receive(upTo: "ok")
            #expect(recorder.text == ["warning: connections rejected at the limit"])
        }
    }
}
