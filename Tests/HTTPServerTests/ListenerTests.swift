// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPServer
import TestSupport
import Testing

@Suite("Listening and shutting down", .timeLimit(.minutes(5)))
struct ListenerTests {
    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test(
        "Valid addresses are parsed",
        arguments: [
            (":9942", "", 9942), ("127.0.0.1:0", "127.0.0.1", 0), ("[::1]:80", "::1", 80),
            ("host:65535", "host", 65535),
        ]
    )
    func addresses(text: String, host: String, port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(
        "Invalid addresses are rejected with a reason",
        arguments: [
            ("9942", "the port is missing"), ("host", "the port is missing"), ("[::1]", "the port is missing"),
            ("[::1:80", "the closing bracket is missing"), ("[host]:80", "brackets are for IPv6 addresses"),
            ("::1:80", "an IPv6 address needs brackets, as in [::1]:9942"),
            ("host:", "the port must be a number from 0 to 65535"),
            ("host:65536", "the port must be a number from 0 to 65535"),
            ("host:+80", "the port must be a number from 0 to 65535"),
            ("http://host:80", "an IPv6 address needs brackets, as in [::1]:9942"),
            ("a b:80", "the host must be a name or an address"),
        ]
    )
    func invalidAddresses(text: String, reason: String) {
        let error = #expect(throws: ListenAddress.Invalid.self) { try ListenAddress(text) }
        #expect(error?.description == "invalid listen address \"\(text)\": \(reason)")
    }

    @Test("An address in use is named in the error")
    func inUse() async throws {
        try await withListener(handler: { _ in .text(200, "ok") }) { address, _ in
            let settings = ListenerSettings(addresses: [try ListenAddress(address)])
            let failure = await #expect(throws: ListenFailure.self) {
                _ = try await Listener.bind(settings, logger: quietLogger) { _ in .text(200, "") }
            }
            #expect(failure?.description == "cannot listen on \(address): address already in use")
        }
    }

    @Test("Without a host, IPv4 is accepted on a dual-stack socket")
    func dualStack() async throws {
        let seen = Signal<String?>()
        try await withListener(
            handler: {
                await seen.send($0.remoteAddress)
                return .text(200, "ok")
            },
            settings: { $0.addresses = [ListenAddress(host: "", port: 0)] }
        ) { address, _ in
            let port = try #require(address.split(separator: ":").last)
            let client = try RawClient(connectingTo: "127.0.0.1:\(port)")
            try await client.send(Self.get)
            _ = try await client.receive(upTo: "ok")
            #expect(await seen.wait()?.hasPrefix("127.0.0.1:") == true)
        }
    }

    @Test("Several addresses are served")
    func several() async throws {
        let loopback = ListenAddress(host: "127.0.0.1", port: 0)
        try await withListener(
            handler: { _ in .text(200, "ok") },
            settings: { $0.addresses = [loopback, loopback] }
        ) { _, listener in
            #expect(Set(listener.boundAddresses).count == 2)
            for address in listener.boundAddresses {
                let client = try RawClient(connectingTo: address)
                try await client.send(Self.get)
                _ = try await client.receive(upTo: "ok")
            }
        }
    }

    @Test("Shutdown lets requests in flight finish, closes idle connections and rejects new ones")
    func graceful() async throws {
        let began = Signal<Bool>()
        let finish = Signal<Bool>()
        try await withListener(handler: { request in
            guard request.path == "/slow" else { return .text(200, "ok") }
            await began.send(true)
            _ = await finish.wait()
            return .text(200, "finished")
        }) { address, listener in
            let idle = try RawClient(connectingTo: address)
            try await idle.send(Self.get)
            _ = try await idle.receive(upTo: "ok")
            let busy = try RawClient(connectingTo: address)
            try await busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            _ = await began.wait()
            let shutdown = Task { await listener.shutdown(grace: .seconds(60)) }
            #expect(try await idle.receiveToEnd().bytes == [])
            #expect(throws: RawClient.Failure.self) { try RawClient(connectingTo: address) }
            await finish.send(true)
            #expect(try await busy.receiveText().hasSuffix("Connection: close\r\n\r\nfinished"))
            await shutdown.value
        }
    }

    @Test("Shutdown lets a long response to a slow reader finish")
    func gracefulLong() async throws {
        let body = Array(repeatElement(Array("0123456789abcdef".utf8), count: 1 << 16).joined())
        let whole = ListenerResponse(status: 200, body: .bytes(body))
        try await withListener(
            handler: { $0.path == "/whole" ? whole : .text(200, "ok") },
            // The client may wait long for its thread when all suites run concurrently.
            settings: { $0.stallTimeout = .seconds(600) }
        ) { address, listener in
            let idle = try RawClient(connectingTo: address)
            try await idle.send(Self.get)
            _ = try await idle.receive(upTo: "ok")
            // The buffer is much smaller than the body.
            let busy = try RawClient(connectingTo: address, receiveBuffer: 4_096)
            try await busy.send("GET /whole HTTP/1.1\r\nHost: h\r\n\r\n")
            let (begin, ending) = try await busy.receive()
            #expect(ending == nil)
            let shutdown = Task { await listener.shutdown(grace: .seconds(60)) }
            #expect(try await idle.receiveToEnd().bytes == [])
            let (rest, end) = try await busy.receiveToEnd()
            #expect(end == .closed)
            let sent = begin + rest
            let head = try #require(sent.firstRange(of: Array("\r\n\r\n".utf8)))
            #expect(sent.count - head.upperBound == body.count)
            #expect(sent.suffix(16).elementsEqual("0123456789abcdef".utf8))
            await shutdown.value
        }
    }

    @Test("A child process does not keep closed sockets open")
    func childProcess() async throws {
        try await withListener(handler: { _ in .text(200, "ok") }) { address, listener in
            let client = try RawClient(connectingTo: address)
            try await client.send(Self.get)
            _ = try await client.receive(upTo: "ok")
            let child = try ChildProcess("sleep", ["60"])
            defer { child.stop() }
            await listener.shutdown(grace: .zero)
            #expect(try await client.receiveToEnd().bytes == [])
            #expect(throws: RawClient.Failure.self) { try RawClient(connectingTo: address) }
        }
    }

    @Test("A socket passed to the listener stays open after shutdown, its own sockets do not")
    func passedSocket() async throws {
        let (socket, port) = try LoopbackSocket.listen()
        defer { close(socket) }
        let address = "127.0.0.1:\(port)"
        // Like a service manager, which passes the same socket to each process in turn.
        for _ in 0..<2 {
            let passed = dup(socket)
            var own = ""
            try await withListener(
                handler: { _ in .text(200, "ok") }, settings: { $0.boundSockets = [passed] }
            ) { first, listener in
                own = first
                #expect(listener.boundAddresses == [first, address])
                let client = try RawClient(connectingTo: address)
                try await client.send(Self.get)
                _ = try await client.receive(upTo: "ok")
            }
            #expect(throws: RawClient.Failure.self) { try RawClient(connectingTo: own) }
        }
        // No process accepts, but connections are queued.
        _ = try RawClient(connectingTo: address)
    }

    @Test("After the grace period, connections are closed and their handlers canceled")
    func graceEnds() async throws {
        let began = Signal<Bool>()
        let canceled = Signal<Bool>()
        try await withListener(handler: { _ in
            await began.send(true)
            await untilCancelled()
            await canceled.send(Task.isCancelled)
            return .text(200, "late")
        }) { address, listener in
            let client = try RawClient(connectingTo: address)
            try await client.send(Self.get)
            _ = await began.wait()
            await listener.shutdown(grace: .milliseconds(20))
            #expect(try await client.receiveText() == "")
            #expect(await canceled.wait())
        }
    }

    @Test("A second shutdown can shorten the grace period of the first one")
    func secondShutdown() async throws {
        let began = Signal<Bool>()
        try await withListener(handler: { _ in
            await began.send(true)
            await untilCancelled()
            return .text(200, "late")
        }) { address, listener in
            let client = try RawClient(connectingTo: address)
            try await client.send(Self.get)
            _ = await began.wait()
            async let first: Void = listener.shutdown(grace: .seconds(500))
            await listener.shutdown(grace: .zero)
            await first
            #expect(try await client.receiveText() == "")
        }
    }

    @Test("Canceling the task closes all connections and sockets")
    func cancellation() async throws {
        let began = Signal<Bool>()
        let settings = ListenerSettings(addresses: [ListenAddress(host: "127.0.0.1", port: 0)])
        let listener = try await Listener.bind(settings, logger: quietLogger) { _ in
            await began.send(true)
            await untilCancelled()
            return .text(200, "late")
        }
        let address = try #require(listener.boundAddresses.first)
        let running = Task { try await listener.run() }
        let client = try RawClient(connectingTo: address)
        try await client.send(Self.get)
        _ = await began.wait()
        running.cancel()
        #expect(try await client.receiveText() == "")
        await #expect(throws: CancellationError.self) { try await running.value }
    }
}
