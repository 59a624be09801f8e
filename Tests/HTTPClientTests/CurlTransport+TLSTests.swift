// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

/// TLS and HTTP/2 with nginx and OpenSSL servers.
@Suite(.enabled(if: TLSServers.isAvailable, "nginx and openssl are needed"), .tlsServers, .timeLimit(.minutes(5)))
struct CurlTransportTLSTests {
    private let servers: TLSServers

    init() throws {
        servers = try #require(TLSServers.current)
    }

    /// Returns options that trust the servers' authority.
    private func trusting(_ change: (inout ConnectionOptions) -> Void = { _ in }) -> ConnectionOptions {
        var options = ConnectionOptions(caFile: servers.file("ca.pem"), proxy: .none)
        change(&options)
        return options
    }

    private func url(_ port: UInt16, host: String = "localhost", _ path: String = "/") -> String {
        "https://\(host):\(port)\(path)"
    }

    @Test("HTTP/2 is used if the server supports it")
    func http2() async throws {
        try await withTransport(trusting()) { transport in
            let text = await transport.text(url(servers.http2))
            #expect(text.hasPrefix("protocol=HTTP/2.0 sni=localhost host=localhost:\(servers.http2) "), "\(text)")
        }
    }

    @Test("HTTP/1.1 is used if the server does not support HTTP/2")
    func http1() async throws {
        try await withTransport(trusting()) { transport in
            #expect(await transport.text(url(servers.http1)).hasPrefix("protocol=HTTP/1.1 "))
        }
    }

    @Test("An unknown authority fails with tls")
    func unknownAuthority() async throws {
        for options in [trusting { $0.caFile = servers.file("other-ca.pem") }, trusting { $0.caFile = nil }] {
            try await withTransport(options) { transport in
                #expect(await transport.failure(url(servers.http2))?.kind == .tls)
            }
        }
    }

    @Test("A certificate for another host fails with tls")
    func otherHost() async throws {
        try await withTransport(trusting()) { transport in
            #expect(await transport.failure(url(servers.http2, host: "127.0.0.1"))?.kind == .tls)
        }
    }

    @Test("Verification can be skipped")
    func skippedVerification() async throws {
        let options = ConnectionOptions(skipsVerification: true, proxy: .none)
        try await withTransport(options) { transport in
            #expect(await transport.status(url(servers.http2, host: "127.0.0.1")) == 200)
        }
    }

    @Test("The server name is used for SNI and verification only")
    func serverName() async throws {
        try await withTransport(trusting { $0.serverName = "fabric.test" }) { transport in
            for port in [servers.http2, servers.http1] {
                let text = await transport.text(url(port, host: "127.0.0.1", "/v1?x=y"))
                #expect(text.contains(" sni=fabric.test host=127.0.0.1:\(port) "), "\(text)")
            }
        }
        try await withTransport(trusting { $0.serverName = "other.test" }) { transport in
            #expect(await transport.failure(url(servers.http2))?.kind == .tls)
        }
        try await withTransport(trusting { $0.serverName = "not a name" }) { transport in
            #expect(await transport.failure(url(servers.http2))?.kind == .invalidRequest)
        }
    }

    @Test("A configured client certificate is sent")
    func clientCertificate() async throws {
        try await withTransport(trusting()) { transport in
            #expect(await transport.status(url(servers.mutual)) == 400)
        }
        let options = trusting {
            $0.certificateFile = servers.file("client.pem")
            $0.keyFile = servers.file("client.key")
        }
        try await withTransport(options) { transport in
            #expect(await transport.text(url(servers.mutual)) == "CN=client")
            #expect(await transport.status(url(servers.strict)) == 200)
        }
    }

    @Test("A missing client certificate fails with tls")
    func missingClientCertificate() async throws {
        try await withTransport(trusting()) { transport in
            let failure = await transport.failure(url(servers.strict))
            #expect(failure?.kind == .tls, "\(String(describing: failure))")
        }
    }

    @Test("A key that does not match its certificate fails with tls")
    func mismatchedKey() async throws {
        let options = trusting {
            $0.certificateFile = servers.file("client.pem")
            $0.keyFile = servers.file("server.key")
        }
        try await withTransport(options) { transport in
            #expect(await transport.failure(url(servers.mutual))?.kind == .tls)
        }
    }

    @Test("The minimum TLS version is enforced")
    func minimumVersion() async throws {
        try await withTransport(trusting { $0.minimumTLSVersion = .tls13 }) { transport in
            #expect(await transport.failure(url(servers.onlyTLS12))?.kind == .tls)
            #expect(await transport.status(url(servers.http2)) == 200)
        }
        try await withTransport(trusting()) { transport in
            #expect(await transport.text(url(servers.onlyTLS12)) == "TLSv1.2")
        }
    }

    @Test("Concurrent requests share one HTTP/2 connection")
    func sharedConnection() async throws {
        // On a busy machine, one of 30 new connections had requests whose response libcurl left unread.
        for _ in 0..<30 {
            try await withTransport(trusting()) { transport in
                let address = url(servers.http2)
                let responses = await withTaskGroup(of: String.self) { group in
                    for _ in 0..<60 { group.addTask { await transport.text(address) } }
                    return await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                // Equal, including nginx's connection number.
                #expect(responses.count == 1, "\(responses)")
                #expect(responses.first?.hasPrefix("protocol=HTTP/2.0 ") == true)
            }
        }
    }

    @Test("Concurrent large bodies are complete")
    func largeBodies() async throws {
        try await withTransport(trusting()) { transport in
            let address = url(servers.http2, "/large.txt")
            let lengths = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<40 { group.addTask { await transport.text(address).utf8.count } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(lengths == Array(repeating: 262_144, count: 40))
        }
    }

    @Test("A canceled stream does not close the shared connection")
    func canceledStream() async throws {
        try await withTransport(trusting()) { transport in
            let before = await transport.text(url(servers.http2))
            let address = url(servers.http2, "/large.txt")
            for _ in 0..<20 {
                let task = Task { await transport.failure(address) }
                await Task.yield()
                task.cancel()
                _ = await task.value
            }
            #expect(await transport.failure(address, maxBodyBytes: 1_000)?.kind == .tooLarge)
            #expect(await transport.text(url(servers.http2)) == before)
        }
    }

    @Test("Options of one transport do not affect another")
    func separateOptions() async throws {
        let engine = try CurlEngine()
        let address = url(servers.http2)
        #expect(await engine.transport(trusting()).text(address).hasPrefix("protocol=HTTP/2.0"))
        let other = trusting { $0.caFile = servers.file("other-ca.pem") }
        #expect(await engine.transport(other).failure(address)?.kind == .tls)
        #expect(await engine.transport(ConnectionOptions(proxy: .none)).failure(address)?.kind == .tls)
        await engine.shutdown()
    }
}
