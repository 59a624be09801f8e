// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import TestSupport
import Testing

@Suite("Ends of connections", .timeLimit(.minutes(5)))
struct ListenerConnectionEndTests {
    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("An aborted stream closes or resets the connection", arguments: [true, false])
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

    @Test("A stream that throws before its first write sends nothing")
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

    @Test("A stream that does not match its announced length closes the connection", arguments: ["ab", "abcd"])
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

    @Test("Failures of handlers are logged as errors, behavior of clients is not logged")
    func logs() async throws {
        struct HandlerFailure: Error {}
        let recorder = LogRecorder()
        try await withListener(
            logger: recorder.logger,
            handler: { request in
                switch request.path {
                case "/throws":
                    ListenerResponse(status: 200, body: .stream(contentLength: nil) { _ in throw HandlerFailure() })
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
        "A connection whose request stalls is closed",
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

    @Test("A connection whose client does not read its response is closed, and the stream's writer throws")
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
        "A handler is canceled when its client resets the connection, or closes it without half-closure allowed",
        arguments: [false, true])
    func clientDisconnects(allowsHalfClosure: Bool) async throws {
        let began = Signal<Bool>()
        let canceled = Signal<Bool>()
        try await withListener(
            handler: { _ in
                await began.send(true)
                await untilCancelled()
                await canceled.send(Task.isCancelled)
                return .text(200, "late")
            },
            settings: { $0.allowsHalfClosure = allowsHalfClosure }
        ) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(Self.get)
            _ = await began.wait()
            if allowsHalfClosure { client.reset() } else { client.disconnect() }
            #expect(await canceled.wait())
        }
    }
}
