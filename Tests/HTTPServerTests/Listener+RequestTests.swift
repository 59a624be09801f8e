// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import TestSupport
import Testing

@Suite("Requests", .timeLimit(.minutes(5)))
struct ListenerRequestTests {
    @Test("A handler receives the decoded path, query, headers and body")
    func decodedRequest() async throws {
        let seen = Signal<ListenerRequest>()
        try await withListener(handler: { request in
            await seen.send(request)
            return .text(200, "ok")
        }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(
                "POST /a%20b/%E6%95%B0?x=1&y=a+b%2B&x=2&flag HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nx-one: 2\r\n"
                    + "Content-Length: 5\r\nConnection: close\r\n\r\nhello"
            )
            #expect(try await client.receiveText().hasSuffix("\r\n\r\nok"))
            let request = await seen.wait()
            #expect(request.method == "POST")
            #expect(request.path == "/a b/数")
            #expect(request.rawTarget == "/a%20b/%E6%95%B0?x=1&y=a+b%2B&x=2&flag")
            #expect(request.query.map { "\($0.name)=\($0.value)" } == ["x=1", "y=a b+", "x=2", "flag="])
            #expect(request.queryValues("x") == ["1", "2"])
            #expect(request.header("X-ONE") == "1")
            #expect(request.headerValues("X-One") == ["1", "2"])
            #expect(request.body == Array("hello".utf8))
            #expect(request.remoteAddress?.hasPrefix("127.0.0.1:") == true)
        }
    }

    @Test(
        "Any request target can be decoded",
        arguments: [
            ("/", "/"), ("", "/"), ("?a=b", "/"), ("/100%", "/100%"), ("/%zz", "/%zz"), ("/%4", "/%4"),
            ("/a+b", "/a+b"), ("/%FF", "/\u{FFFD}"), ("http://host:80/p?q", "/p"), ("http://host", "/"), ("/p#f", "/p"),
            ("*", "*"),
        ]
    )
    func targets(target: String, path: String) {
        #expect(ListenerRequest(method: "GET", target: target).path == path)
    }

    @Test("A chunked body is collected")
    func chunkedBody() async throws {
        try await withListener(handler: { .text(200, String(decoding: $0.body, as: UTF8.self)) }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                    + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
            )
            #expect(try await client.receiveText().hasSuffix("\r\n\r\nabcde"))
        }
    }

    @Test("A client that expects 100-continue receives 100 Continue")
    func expectContinue() async throws {
        try await withListener(handler: { .text(200, "\($0.body.count)") }) { address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
            )
            #expect(try await client.receive(upTo: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("abc")
            #expect(try await client.receiveText().hasSuffix("\r\n\r\n3"))
        }
    }

    @Test(
        "An invalid request is rejected with its status and the connection is closed",
        arguments: [
            ("nonsense\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: h\r\nbroken header\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 17_000) + "\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "a: b\r\n", count: 300) + "\r\n", 431),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n", 413),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"
                    + String(repeating: "x", count: 101) + "\r\n", 413
            ),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ]
    )
    func rejections(text: String, status: Int) async throws {
        try await withListener(handler: { _ in .text(200, "never") }, settings: { $0.maxBodyBytes = 100 }) {
            address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send(text)
            let (bytes, ending) = try await client.receiveToEnd()
            let response = String(decoding: bytes, as: UTF8.self)
            #expect(response.hasPrefix("HTTP/1.1 \(status) "))
            #expect(response.contains("Content-Length: 0\r\nConnection: close\r\n"))
            #expect(ending == .closed)
        }
    }

    @Test("A body far beyond the limit does not keep the client from receiving the 413 response")
    func lingering() async throws {
        try await withListener(handler: { _ in .text(200, "never") }, settings: { $0.maxBodyBytes = 100 }) {
            address, _ in
            let client = try RawClient(connectingTo: address)
            try await client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n")
            try await client.send([UInt8](repeating: 120, count: 4_000_000))
            let (bytes, ending) = try await client.receiveToEnd()
            #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("HTTP/1.1 413 "))
            #expect(ending == .closed)
        }
    }
}
