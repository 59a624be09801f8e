// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import TestSupport
import Testing

@Suite("How connections end", .timeLimit(.minutes(1)))
struct ListenerConnectionEndTests {
    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("An aborted stream ends without a proper end", arguments: [true, false])
    func abort(reset: Bool) async throws {
        let response = ListenerResponse(
            status: 200,
            body: .stream(contentLength: 10) { writer in
                try await writer.write(Array("abc".utf8))
                throw ConnectionAbort(reset: reset)
            }
        )
        try await withListener(handler: { _ in response }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(Self.get)
            let (bytes, ending) = try await client.receiveToEnd()
            #expect(ending == (reset ? .reset : .closed))
            if !reset { #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("Content-Length: 10\r\n\r\nabc")) }
        }
    }

    @Test("A stream that throws before its first write sends nothing at all")
    func abortBeforeHead() async throws {
        let response = ListenerResponse(
            status: 200,
            body: .stream(contentLength: 10) { _ in throw ConnectionAbort(reset: false) }
        )
        try await withListener(handler: { _ in response }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(Self.get)
            #expect(try await client.receiveText() == "")
        }
    }

    @Test("A stream that breaks its announced length breaks the connection", arguments: ["ab", "abcd"])
    func wrongLength(text: String) async throws {
        let response = ListenerResponse(
            status: 200,
            body: .stream(contentLength: 3) { try await $0.write(Array(text.utf8)) }
        )
        try await withListener(handler: { _ in response }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(Self.get)
            #expect(!(try await client.receiveText().hasSuffix("abc")))
        }
    }

    @Test("A handler's mistakes are logged as errors, what clients do is not logged")
    func logs() async throws {
        struct Mistake: Error {}
        let recorder = LogRecorder()
        try await withListener(
            logger: recorder.logger,
            handler: { request in
                switch request.path {
                case "/throws":
                    ListenerResponse(status: 200, body: .stream(contentLength: nil) { _ in throw Mistake() })
                case "/header": ListenerResponse(status: 200, headers: [("X", "a\r\nb")])
                default: .text(200, "ok")
                }
            }
        ) { address, _ in
            for text in ["", "nonsense\r\n\r\n", "GET / HT", Self.get] {
                let client = try RawClient(connectingTo: address)
                try await client.send(text)
                client.disconnect()
                _ = try await client.receiveToEnd()
            }
            #expect(recorder.text == [])
            for path in ["/throws", "/header"] {
                let client = try RawClient(connectingTo: address)
                try await client.send("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try await client.receiveText() == "")
            }
        }
        #expect(recorder.text == Array(repeating: "error: responses failed", count: 2))
    }

    @Test(
        "A client that stalls in its request is dropped",
        arguments: ["", "GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab"]
    )
    func stalledRequest(text: String) async throws {
        try await withListener(handler: { _ in .text(200, "never") }, settings: { $0.stallTimeout = .milliseconds(50) })
        { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(text)
            #expect(try await client.receiveText() == "")
        }
    }

    @Test("A client that takes nothing of its response is dropped, and the handler's stream ends with an error")
    func stalledResponse() async throws {
        let failed = Signal<Bool>()
        let response = ListenerResponse.endless(failed)
        try await withListener(handler: { _ in response }, settings: { $0.stallTimeout = .seconds(1) }) {
            address, _ in
            let client = try RawClient(connectingTo: address, receiveBuffer: 4096)
            try await client.send(Self.get)
            #expect(await failed.wait())
            withExtendedLifetime(client) {}
        }
    }

    @Test("An idle connection is closed after the idle timeout")
    func idle() async throws {
        try await withListener(
            handler: { _ in .text(200, "ok") },
            settings: { $0.idleTimeout = .milliseconds(100) }
        ) { address, _ in
            let client = try RawClient(connectingTo: address)
            let clock = ContinuousClock()
            let start = clock.now
            try await client.send(Self.get)
            #expect(try await client.receiveText().hasSuffix("ok"))
            #expect(clock.now - start >= .milliseconds(100))
        }
    }

    @Test(
        "A handler is cancelled when its client resets the connection, or closes it where that means to go",
        arguments: [false, true])
    func clientGoes(allowsHalfClosure: Bool) async throws {
        let began = Signal<Bool>()
        let cancelled = Signal<Bool>()
        try await withListener(
            handler: { _ in
                await began.send(true)
                await untilCancelled()
                await cancelled.send(Task.isCancelled)
                return .text(200, "late")
            },
            settings: { $0.allowsHalfClosure = allowsHalfClosure }
        ) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(Self.get)
            _ = await began.wait()
            if allowsHalfClosure { client.reset() } else { client.disconnect() }
            #expect(await cancelled.wait())
        }
    }
}
