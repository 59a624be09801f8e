// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

/// The kinds of failures.
@Suite(.timeLimit(.minutes(5))) struct CurlTransportFailureTests {
    @Test("A refused connection fails with connect")
    func connectionRefused() async throws {
        let port = try LoopbackSocket.freePort()
        try await withTransport { transport in
            let failure = await transport.failure("http://127.0.0.1:\(port)/")
            #expect(failure?.kind == .connect)
            #expect(failure?.status == nil)
            #expect(failure?.receivedBytes == 0)
        }
    }

    @Test("An unknown host name fails with resolve")
    func unknownHost() async throws {
        try await withTransport { transport in
            #expect(await transport.failure("http://nowhere.invalid/")?.kind == .resolve)
        }
    }

    @Test("A truncated body fails with interrupted")
    func truncatedBody() async throws {
        let response = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
        try await withServer(ScriptedServer(.expectRequest, .send(response))) { transport, server in
            let failure = await transport.failure(server.url())
            #expect(failure?.kind == .interrupted)
            #expect(failure?.status == 200)
            #expect(failure?.receivedBytes == response.utf8.count)
        }
    }

    @Test("A truncated chunked body fails with interrupted")
    func truncatedChunkedBody() async throws {
        let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"
        try await withServer(ScriptedServer(.expectRequest, .send(response))) { transport, server in
            #expect(await transport.failure(server.url())?.kind == .interrupted)
        }
    }

    @Test("A reset connection fails with interrupted")
    func connectionReset() async throws {
        try await withServer(ScriptedServer(.expectRequest, .reset)) { transport, server in
            #expect(await transport.failure(server.url())?.kind == .interrupted)
        }
    }

    @Test("A connection closed without response fails with interrupted")
    func closedWithoutResponse() async throws {
        try await withServer(ScriptedServer(.expectRequest)) { transport, server in
            #expect(await transport.failure(server.url())?.kind == .interrupted)
        }
    }

    @Test(
        "An invalid response fails with malformed",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
            "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 4\r\n\r\nabcd",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        ])
    func malformedResponse(_ response: String) async throws {
        try await withServer(ScriptedServer(.expectRequest, .send(response))) { transport, server in
            #expect(await transport.failure(server.url())?.kind == .malformed)
        }
    }

    @Test("A request to a silent server times out at the deadline")
    func silentServer() async throws {
        try await withServer(ScriptedServer(.expectRequest, .hang)) { transport, server in
            let start = ContinuousClock.now
            let failure = await transport.failure(server.url(), timeout: .milliseconds(300))
            #expect(failure?.kind == .timeout)
            let took = ContinuousClock.now - start
            #expect(took >= .milliseconds(300))
            #expect(took < .seconds(8), "took \(took)")
            await server.wait { $0.closedByPeer == 1 }
        }
    }

    @Test("A response that trickles times out at the deadline")
    func tricklingServer() async throws {
        let steps: [ScriptedServer.Step] = [
            .expectRequest, .send("HTTP/1.1 200 OK\r\n\r\n"), .trickle([0x30], every: .milliseconds(20)),
        ]
        try await withServer(ScriptedServer { _ in steps }) { transport, server in
            let failure = await transport.failure(server.url(), timeout: .milliseconds(400))
            #expect(failure?.kind == .timeout)
            #expect(failure?.status == 200)
            #expect((failure?.receivedBytes ?? 0) > 19)
        }
    }

    @Test("A timeout of zero or less fails with timeout")
    func zeroTimeout() async throws {
        try await withTransport { transport in
            #expect(await transport.failure("http://127.0.0.1:1/", timeout: .zero)?.kind == .timeout)
            #expect(await transport.failure("http://127.0.0.1:1/", timeout: .seconds(-1))?.kind == .timeout)
        }
    }

    @Test("A header with a line break or NUL is rejected", arguments: ["\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])
    func headerInjection(_ value: String) async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("")))) { transport, server in
            let failure = await transport.failure(server.url(), headers: [HTTPHeader("X-Auth-Token", value)])
            #expect(failure?.kind == .invalidRequest)
            #expect(failure?.message == "header X-Auth-Token contains a control character")
            let name = await transport.failure(server.url(), headers: [HTTPHeader("X: y\r\nZ", "")])
            #expect(name?.kind == .invalidRequest)
            #expect(server.log.connections == 0)
        }
    }

    @Test(
        "An invalid URL is rejected",
        arguments: [
            "", "127.0.0.1/", "file:///etc/hostname", "ftp://127.0.0.1/", "http://", "http:///path",
            "http://127.0.0.1:0/", "http://127.0.0.1:port/", "http://127.0.0.1:99999/", "http://127.0.0.1/ HTTP/1.1",
            "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/\0", "http://b\u{fc}cher.invalid/", "http://[::1/",
        ])
    func invalidURL(_ url: String) async throws {
        try await withTransport { transport in
            #expect(await transport.failure(url)?.kind == .invalidRequest)
        }
    }

    @Test("A missing CA file fails with tls")
    func missingCAFile() async throws {
        let server = try ScriptedServer(.hang)
        let options = ConnectionOptions(caFile: "/nonexistent/ca.pem", proxy: .none)
        try await withServer(server, options) { transport, server in
            #expect(await transport.failure("https://127.0.0.1:\(server.port)/")?.kind == .tls)
        }
    }

    @Test("A server without TLS fails with tls")
    func serverWithoutTLS() async throws {
        try await withServer(ScriptedServer(.send(plainResponse("x")))) { transport, server in
            #expect(await transport.failure("https://127.0.0.1:\(server.port)/")?.kind == .tls)
        }
    }

    @Test("Messages contain no passwords")
    func passwords() async throws {
        let port = try LoopbackSocket.freePort()
        let proxies: [ConnectionOptions.Proxy] = [
            .none, .url("http://agent:Pr0xyS3cret@127.0.0.1:\(port)"), .url("http://agent:Pr0xyS3cret@nowhere.invalid"),
            .url("nosuch://agent:Pr0xyS3cret@127.0.0.1"), .url("http://agent:Pr0xyS3cret@127.0.0.1:port"),
        ]
        let urls = [
            "http://user:S3cret@127.0.0.1:\(port)/", "http://user:S3cret@nowhere.invalid/",
            "http://user:S3cret@127.0.0.1:port/", "https://user:S3/cret@127.0.0.1:\(port)/",
        ]
        for proxy in proxies {
            try await withTransport(ConnectionOptions(proxy: proxy)) { transport in
                for url in urls {
                    let failure = try #require(
                        await transport.failure(url, headers: [HTTPHeader("X-Auth-Token", "T0kenS3cret")]))
                    #expect(!"\(failure)".contains("S3"), "\(failure)")
                }
            }
        }
    }
}
