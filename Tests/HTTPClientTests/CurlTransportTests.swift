// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

/// Successful requests.
@Suite(.timeLimit(.minutes(5))) struct CurlTransportTests {
    @Test("A response has a status, headers, a body and its size on the wire")
    func response() async throws {
        let head = "HTTP/1.1 403 Forbidden\r\nX-Request-Id:  abc \r\nX-Folded: one\r\n two\r\nContent-Length: 5\r\n\r\n"
        try await withServer(ScriptedServer(.expectRequest, .send(head + "hello"))) { transport, server in
            let response = try await transport.get(server.url("/v1/a?b=c%20d"))
            #expect(response.status == 403)
            #expect(response.header("x-request-id") == "abc")
            #expect(response.header("x-folded") == "one two")
            #expect(response.headers.count == 3)
            #expect(response.text == "hello")
            #expect(response.receivedBytes == head.utf8.count + 5)
            #expect(response.body.capacity >= 5 + 64)
            #expect(server.log.targets == ["/v1/a?b=c%20d"])
        }
    }

    @Test("URL and headers are sent unchanged")
    func headers() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("")))) { transport, server in
            _ = try await transport.get(
                server.url("/a/../b"), headers: [HTTPHeader("X-Auth-Token", "t=; x"), HTTPHeader("X-Empty", "")])
            let request = try #require(server.log.requests.first)
            #expect(request.hasPrefix("GET /a/../b HTTP/1.1\r\n"))
            #expect(request.contains("\r\nHost: 127.0.0.1:\(server.port)\r\n"))
            #expect(request.contains("\r\nX-Auth-Token: t=; x\r\n"))
            #expect(request.contains("\r\nX-Empty:\r\n"))
            #expect(request.contains("\r\nAccept-Encoding: "))
        }
    }

    @Test("A body is sent unchanged", arguments: [HTTPRequest.Method.post, .put])
    func body(_ method: HTTPRequest.Method) async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("", status: "201 Created")))) { transport, server in
            let headers = [HTTPHeader("Content-Type", "application/json")]
            let body = Array("{\"a\":\"\0\"}".utf8)
            let response = try await transport.send(
                HTTPRequest(
                    method: method, url: server.url("/v3/auth/tokens"), headers: headers, body: body,
                    timeout: .seconds(20), maxBodyBytes: 100))
            #expect(response.status == 201)
            let request = try #require(server.log.requests.first)
            #expect(request.hasPrefix("\(method.rawValue) /v3/auth/tokens HTTP/1.1\r\n"))
            #expect(request.contains("\r\nContent-Type: application/json\r\n"))
            #expect(request.contains("\r\nContent-Length: 9\r\n"))
            #expect(!request.contains("Expect"))
            #expect(request.hasSuffix("\r\n\r\n{\"a\":\"\0\"}"))
        }
    }

    @Test("A POST without body has a Content-Length of 0 and no Content-Type")
    func emptyPost() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("")))) { transport, server in
            _ = try await transport.send(
                HTTPRequest(method: .post, url: server.url(), timeout: .seconds(20), maxBodyBytes: 0))
            let request = try #require(server.log.requests.first)
            #expect(request.contains("\r\nContent-Length: 0\r\n"))
            #expect(!request.contains("Content-Type"))
        }
    }

    @Test("Twenty requests in a row use one connection")
    func reuse() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("x")))) { transport, server in
            for index in 0..<20 { _ = try await transport.get(server.url("/\(index)")) }
            #expect(server.log.connections == 1)
            #expect(server.log.targets == (0..<20).map { "/\($0)" })
        }
    }

    @Test("Fifty requests run concurrently")
    func concurrency() async throws {
        // The server responds only after it has received all requests.
        let server = try ScriptedServer(.expectRequest, .waitForRelease, .send(plainResponse("x")))
        try await withServer(server) { transport, server in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<50 {
                    group.addTask { try await transport.get(server.url("/\(index)")).status }
                }
                await server.wait { $0.requests.count == 50 }
                server.release()
                var statuses: [Int] = []
                for try await status in group { statuses.append(status) }
                #expect(statuses == Array(repeating: 200, count: 50))
            }
        }
    }

    @Test("A response without body is complete")
    func emptyResponse() async throws {
        try await withServer(ScriptedServer(.answer("HTTP/1.1 204 No Content\r\n\r\n"))) { transport, server in
            let response = try await transport.get(server.url())
            #expect(response.status == 204)
            #expect(response.body.isEmpty)
            #expect(try await transport.get(server.url()).status == 204)
            #expect(server.log.connections == 1)
        }
    }

    @Test("Headers of interim responses are dropped")
    func interimResponse() async throws {
        let response = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + plainResponse("ok", headers: "X-Last: 1\r\n")
        try await withServer(ScriptedServer(.answer(response))) { transport, server in
            let response = try await transport.get(server.url())
            #expect(response.status == 200)
            #expect(response.headers.map(\.name) == ["X-Last", "Content-Length"])
        }
    }

    @Test("A redirect is not followed")
    func redirect() async throws {
        let response = plainResponse("", status: "302 Found", headers: "Location: /elsewhere\r\n")
        try await withServer(ScriptedServer(.answer(response))) { transport, server in
            let response = try await transport.get(server.url())
            #expect(response.status == 302)
            #expect(response.header("location") == "/elsewhere")
            #expect(server.log.requests.count == 1)
        }
    }

    @Test("A chunked body is joined")
    func chunkedBody() async throws {
        let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        try await withServer(ScriptedServer(.answer(response))) { transport, server in
            let response = try await transport.get(server.url())
            #expect(response.text == "abcde")
            #expect(response.body.capacity >= 5 + 64)
        }
    }

    @Test("A compressed body is decoded", arguments: ["gzip", "deflate"])
    func compressedBody(_ encoding: String) async throws {
        let bytes = encoding == "gzip" ? CompressedSamples.gzip : CompressedSamples.deflate
        let head =
            "HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(bytes.count)\r\n\r\n"
        try await withServer(ScriptedServer(.expectRequest, .send(Array(head.utf8) + bytes))) { transport, server in
            let response = try await transport.get(server.url())
            #expect(response.text == CompressedSamples.text)
            #expect(response.receivedBytes == head.utf8.count + bytes.count)
        }
    }

    @Test("The version of libcurl is available")
    func libcurlVersion() {
        #expect(CurlEngine.libcurlVersion.split(separator: ".").count >= 3)
    }
}
