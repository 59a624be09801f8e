// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPClient
import TestSupport
import Testing

/// The choice and use of proxies.
@Suite(.timeLimit(.minutes(5))) struct CurlTransportProxyTests {
    @Test("A request without TLS is sent to the proxy in absolute form")
    func absoluteForm() async throws {
        let proxy = try ScriptedServer(.answer(plainResponse("via")))
        let options = ConnectionOptions(proxy: .url("http://agent:s3cret@127.0.0.1:\(proxy.port)"))
        try await withServer(proxy, options) { transport, proxy in
            #expect(await transport.text("http://fabric.invalid/v1?x=y") == "via")
            let request = try #require(proxy.log.requests.first)
            #expect(request.hasPrefix("GET http://fabric.invalid/v1?x=y HTTP/1.1\r\n"))
            #expect(request.contains("\r\nProxy-Authorization: Basic YWdlbnQ6czNjcmV0\r\n"))
        }
    }

    @Test("A TLS request opens a tunnel through the proxy")
    func tunnel() async throws {
        let proxy = try ScriptedServer(
            .expectRequest, .send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
        let options = ConnectionOptions(proxy: .url("http://127.0.0.1:\(proxy.port)"))
        try await withServer(proxy, options) { transport, proxy in
            let failure = await transport.failure(
                "https://fabric.invalid/v1", headers: [HTTPHeader("X-Auth-Token", "t0ken")])
            #expect(failure?.kind == .connect)
            #expect(failure?.status == nil)
            let request = try #require(proxy.log.requests.first)
            #expect(request.hasPrefix("CONNECT fabric.invalid:443 HTTP/1.1\r\n"))
            #expect(!request.contains("t0ken"))
        }
    }

    @Test("The server name does not change the target of the tunnel")
    func tunnelWithServerName() async throws {
        let proxy = try ScriptedServer(.expectRequest, .send("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"))
        let options = ConnectionOptions(
            serverName: "fabric.example", proxy: .url("http://127.0.0.1:\(proxy.port)"))
        try await withServer(proxy, options) { transport, proxy in
            #expect(await transport.failure("https://10.1.2.3:8443/v1")?.kind == .connect)
            #expect(proxy.log.requests.first?.hasPrefix("CONNECT 10.1.2.3:8443 HTTP/1.1\r\n") == true)
        }
    }

    @Test("An unreachable proxy fails with connect")
    func unreachableProxy() async throws {
        for proxy in ["http://127.0.0.1:\(try LoopbackSocket.freePort())", "http://nowhere.invalid:3128"] {
            try await withTransport(ConnectionOptions(proxy: .url(proxy))) { transport in
                #expect(await transport.failure("http://fabric.invalid/")?.kind == .connect)
            }
        }
    }

    @Test("The proxy from the environment is used only if configured")
    func environmentProxy() async {
        // In a separate process: setenv races with getenv in other tests' threads.
        await #expect(processExitsWith: .success) {
            let server = try ScriptedServer(.answer(plainResponse("direct")))
            let proxy = try ScriptedServer(.answer(plainResponse("environment")))
            let other = try ScriptedServer(.answer(plainResponse("other")))
            let engine = try CurlEngine()
            func text(_ proxy: ConnectionOptions.Proxy) async -> String {
                await engine.transport(ConnectionOptions(proxy: proxy)).text(server.url())
            }
            let explicit = ConnectionOptions.Proxy.url("http://127.0.0.1:\(other.port)")

            setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
            unsetenv("no_proxy")
            unsetenv("NO_PROXY")
            #expect(await text(.environment) == "environment")
            #expect(await text(.none) == "direct")
            #expect(await text(explicit) == "other")

            setenv("no_proxy", "127.0.0.1", 1)
            #expect(await text(.environment) == "direct")
            #expect(await text(explicit) == "other")
            await engine.shutdown()
        }
    }
}
