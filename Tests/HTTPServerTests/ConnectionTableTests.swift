// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Which connection gives way", .timeLimit(.minutes(1)))
struct ConnectionTableTests {
    private final class Key {}

    private let keys = (0..<4).map { _ in Key() }
    private var ids: [ObjectIdentifier] { keys.map { ObjectIdentifier($0) } }

    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    /// A table of connections without unread bytes, whose descriptors are their places.
    private func table(limit: Int, unread: Set<CInt> = []) -> ConnectionTable {
        ConnectionTable(limit: limit) { unread.contains($0) }
    }

    @Test("The connection that has been idle longest is asked first, whether or not it ever sent a byte")
    func idle() {
        var table = table(limit: 2)
        for place in 0...1 {
            #expect(table.admit(ids[place], now: at(Int64(place) + 1)) == .admitted)
            table.setUp(ids[place], descriptor: CInt(place))
        }
        table.note(.busy, of: ids[0], now: at(3))
        table.note(.idle, of: ids[0], now: at(4))
        #expect(table.admit(ids[2], now: at(5)) == .waits(asking: [ids[1]]))
        let isClosed = table.close(ids[1], now: at(5))
        #expect(isClosed)
        #expect(table.admit(ids[2], now: at(5)) == .admitted)
        table.setUp(ids[2], descriptor: 2)
        #expect(table.admit(ids[3], now: at(6)) == .waits(asking: [ids[0]]))
    }

    @Test("A connection in the middle of a request is asked only where none is idle, a busy one never")
    func receiving() {
        var table = table(limit: 3)
        for place in 0..<3 {
            _ = table.admit(ids[place], now: at(Int64(place)))
            table.setUp(ids[place], descriptor: CInt(place))
        }
        table.note(.receiving, of: ids[0], now: at(10))
        table.note(.busy, of: ids[1], now: at(10))
        var other = table
        #expect(table.ask(8, now: at(11)) == [ids[2], ids[0]])
        other.note(.busy, of: ids[2], now: at(11))
        #expect(other.admit(ids[3], now: at(12)) == .waits(asking: [ids[0]]))
        let isClosed = other.close(ids[0], now: at(12))
        #expect(isClosed)
        #expect(other.admit(ids[3], now: at(13)) == .admitted)
        other.setUp(ids[3], descriptor: 3)
        other.note(.busy, of: ids[3], now: at(13))
        #expect(other.admit(ids[0], now: at(14)) == .refused)
        other.remove(ids[1])
        #expect(other.admit(ids[0], now: at(15)) == .admitted)
    }

    @Test("A connection whose request has come and is about to be read is never asked")
    func unread() {
        var table = table(limit: 2, unread: [1])
        _ = table.admit(ids[0], now: at(1))
        table.setUp(ids[0], descriptor: 0)
        table.note(.busy, of: ids[0], now: at(1))
        _ = table.admit(ids[1], now: at(2))
        // Before it is set up nobody knows whether it has sent something.
        #expect(table.admit(ids[2], now: at(3)) == .waits(asking: []))
        table.setUp(ids[1], descriptor: 1)
        #expect(table.ask(8, now: at(3)) == [])
        #expect(table.admit(ids[2], now: at(3)) == .refused)
    }

    @Test("A connection that has been asked stays open if its request has been read by then")
    func askedTooLate() {
        var table = table(limit: 1)
        _ = table.admit(ids[0], now: at(1))
        table.setUp(ids[0], descriptor: 0)
        #expect(table.admit(ids[1], now: at(2)) == .waits(asking: [ids[0]]))
        // It is asked once; a second thread that accepts does not ask another one for the same room.
        #expect(table.admit(ids[2], now: at(2)) == .waits(asking: []))
        table.note(.busy, of: ids[0], now: at(2))
        let isClosed = table.close(ids[0], now: at(2))
        #expect(!isClosed)
        #expect(table.admit(ids[1], now: at(3)) == .refused)
        table.note(.idle, of: ids[0], now: at(4))
        #expect(table.admit(ids[1], now: at(5)) == .waits(asking: [ids[0]]))
    }

    @Test("A connection that has just begun to receive is asked a tenth of a second later")
    func justReceiving() {
        var table = table(limit: 1)
        _ = table.admit(ids[0], now: at(1))
        table.setUp(ids[0], descriptor: 0)
        table.note(.receiving, of: ids[0], now: at(2))
        #expect(table.admit(ids[1], now: at(2)) == .refused)
        #expect(table.admit(ids[1], now: at(2) + .milliseconds(100)) == .waits(asking: [ids[0]]))
    }

    @Test("Where all but one connection are busy, each of many clients that are accepted at once is served")
    func everyArrivingClientIsServed() async throws {
        let (socket, port) = try LoopbackSocket.listen()
        defer { close(socket) }
        // All have connected and asked before the first of them is accepted.
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
                $0.roomTimeout = .seconds(300)
            }
        ) { _, _ in
            for client in others { _ = try await client.receive(upTo: "ok") }
            await goOn.send(true)
            for client in busy { _ = try await client.receive(upTo: "ok") }
        }
    }

    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("At the limit a new client is served and an idle one is closed")
    func idleClientsGiveWay() async throws {
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

    @Test("At the limit a new client is refused while all others are busy, which is logged once")
    func busyClientsStay() async throws {
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
                $0.roomTimeout = .milliseconds(10)
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
