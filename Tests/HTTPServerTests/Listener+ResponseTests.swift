// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import TestSupport
import Testing

@Suite("Responses", .timeLimit(.minutes(5)))
struct ListenerResponseTests {
    private static let closing = "Host: h\r\nConnection: close\r\n\r\n"

    /// Returns all bytes received for a request.
    private func rawResponse(_ request: String, _ response: ListenerResponse) async throws -> String {
        var text = ""
        try await withListener(handler: { _ in response }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(request)
            text = try await client.receiveText()
        }
        return text
    }

    @Test("Pieces are sent in order, with their total as Content-Length")
    func pieces() async throws {
        let response = ListenerResponse(
            status: 200, body: .pieces([Array("ab".utf8), [], Array("cde".utf8)]))
        #expect(
            try await rawResponse("GET / HTTP/1.1\r\n" + Self.closing, response)
                == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde"
        )
    }

    @Test("The response to HEAD is that to GET without the body", arguments: ["GET", "HEAD"])
    func head(method: String) async throws {
        let response = ListenerResponse(status: 404, headers: [("X-A", "1")], body: .bytes(Array("gone".utf8)))
        #expect(
            try await rawResponse("\(method) / HTTP/1.1\r\n" + Self.closing, response)
                == "HTTP/1.1 404 Not Found\r\nX-A: 1\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
                + (method == "GET" ? "gone" : "")
        )
    }

    @Test("A stream without a length is chunked")
    func chunked() async throws {
        let response = ListenerResponse(
            status: 200,
            body: .stream(contentLength: nil) { writer in
                try await writer.write(Array("abc".utf8))
                try await writer.write(Array("de".utf8))
            }
        )
        #expect(
            try await rawResponse("GET / HTTP/1.1\r\n" + Self.closing, response)
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
        #expect(
            try await rawResponse("HEAD / HTTP/1.1\r\n" + Self.closing, response)
                == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        )
        #expect(
            try await rawResponse("GET / HTTP/1.0\r\n\r\n", response)
                == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde"
        )
    }

    @Test("A status without body has neither body nor Content-Length", arguments: [204, 304])
    func bodiless(status: Int) async throws {
        let text = try await rawResponse("GET / HTTP/1.1\r\n" + Self.closing, .text(status, "never"))
        #expect(text.hasSuffix("\r\nConnection: close\r\n\r\n"))
        #expect(!text.contains("Content-Length"))
    }

    @Test("HTTP/1.0 keeps the connection alive only if requested")
    func http10() async throws {
        try await withListener(handler: { .text(200, $0.path) }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.receive(upTo: "/1").contains("Connection: keep-alive\r\n"))
            try await client.send("GET /2 HTTP/1.0\r\n\r\n")
            let (bytes, ending) = try await client.receiveToEnd()
            #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("Connection: close\r\n\r\n/2"))
            #expect(ending == .closed)
        }
    }

    @Test("Pipelined requests are answered in order")
    func pipelining() async throws {
        try await withListener(handler: { .text(200, $0.path) }) { address, _ in
            let client = try RawClient(connectingTo: address)
            let requests = (0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
            try await client.send(requests + "GET /end HTTP/1.1\r\n" + Self.closing)
            let text = try await client.receiveText()
            let paths = text.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix { $0 != "H" } }
            #expect(paths == (0..<20).map { "/\($0)" } + ["/end"])
        }
    }

    @Test("A handler can close the connection")
    func handlerCloses() async throws {
        var response = ListenerResponse.text(200, "bye")
        response.headers.append(("Connection", "close"))
        #expect(
            try await rawResponse("GET / HTTP/1.1\r\nHost: h\r\n\r\n", response).hasSuffix(
                "Connection: close\r\n\r\nbye")
        )
    }

    @Test("Ten megabytes in long and short pieces are received completely")
    func large() async throws {
        let piece = Array(repeatElement(Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8), count: 92_593).joined())
        let short = [[UInt8]](repeating: Array("short".utf8), count: 1_000)
        let pieces = [piece] + short + [piece, piece]
        let response = ListenerResponse(status: 200, body: .pieces(pieces))
        try await withListener(handler: { _ in response }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send("GET / HTTP/1.1\r\n" + Self.closing)
            let (bytes, _) = try await client.receiveToEnd()
            let whole: [UInt8] = piece + Array(short.joined()) + piece + piece
            #expect(Array(bytes.suffix(whole.count)) == whole)
        }
    }
}
