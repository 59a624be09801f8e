// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import HTTPClient

/// TLS files that change, break or stop responding between requests.
@Suite(.enabled(if: TLSServers.isAvailable, "nginx and openssl are needed"), .tlsServers, .timeLimit(.minutes(5)))
struct TLSFilesTests {
    private let servers: TLSServers

    init() throws {
        servers = try #require(TLSServers.current)
    }

    private func text(_ name: String) throws -> String { try servers.text(name) }

    /// Returns files that are checked for every request.
    private func files(
        authorities: String? = nil, certificate: String? = nil, key: String? = nil
    ) -> TLSFiles {
        TLSFiles(
            TLSContent.Paths(authorities: authorities, certificate: certificate, key: key), freshness: .zero)
    }

    private func withTransport(
        _ options: ConnectionOptions, _ body: (CurlTransport) async throws -> Void
    ) async throws {
        let engine = try CurlEngine(tlsFreshness: .zero)
        do { try await body(engine.transport(options)) } catch {
            await engine.shutdown()
            throw error
        }
        await engine.shutdown()
    }

    @Test("A certificate authority is rotated without a restart")
    func authorityRotation() async throws {
        let file = try TemporaryFile(try text("ca.pem"), name: "ca.pem")
        defer { file.remove() }
        let relay = try FreezingRelay(to: servers.http2)
        defer { relay.stop() }
        let url = "https://localhost:\(relay.port)/"
        try await withTransport(ConnectionOptions(caFile: file.path, proxy: .none)) { transport in
            #expect(await transport.status(url) == 200)
            try file.replace(try text("ca.pem") + (try text("other-ca.pem")))
            #expect(await transport.status(url) == 200)
            // Changed content opens a new connection, although the old one still works.
            #expect(relay.log.connections == 2)
            relay.relayNewConnections(to: servers.otherAuthority)
            relay.freeze()
            #expect(await transport.failure(url, timeout: .milliseconds(300))?.kind == .timeout)
            #expect(await transport.status(url) == 200)
            // An authority that is removed from the file is no longer trusted.
            try file.replace(try text("other-ca.pem"))
            #expect(await transport.status(url) == 200)
            relay.relayNewConnections(to: servers.http2)
            relay.freeze()
            #expect(await transport.failure(url, timeout: .milliseconds(300))?.kind == .timeout)
            #expect(await transport.failure(url)?.kind == .tls)
        }
    }

    @Test("A client certificate and its key are rotated one after the other without a restart")
    func clientCertificateRotation() async throws {
        let certificate = try TemporaryFile(try text("client.pem"))
        let key = try TemporaryFile(try text("client.key"))
        defer {
            certificate.remove()
            key.remove()
        }
        let options = ConnectionOptions(
            caFile: servers.file("ca.pem"), certificateFile: certificate.path, keyFile: key.path, proxy: .none)
        try await withTransport(options) { transport in
            let url = "https://localhost:\(servers.mutual)/"
            #expect(await transport.text(url) == "CN=client")
            try certificate.replace(try text("client2.pem"))
            // Between the two, the pair does not match; the previous one stays in use.
            #expect(await transport.text(url) == "CN=client")
            try key.replace(try text("client2.key"))
            #expect(await transport.text(url) == "CN=client2")
        }
    }

    @Test("A file is reloaded after a rename, a write in place and a replaced link")
    func replacement() async throws {
        let (one, other) = (try text("ca.pem"), try text("other-ca.pem"))
        let file = try TemporaryFile(one)
        let second = try TemporaryFile(one)
        let link = file.folder + "/link"
        defer {
            unlink(link)
            file.remove()
            second.remove()
        }
        let files = files(authorities: file.path)
        let first = try await files.content(within: .seconds(5))
        #expect(try await files.content(within: .seconds(5)) === first)
        try file.replace(other)
        #expect(try await files.content(within: .seconds(5)).authorities == Array(other.utf8))
        try file.overwrite(one + other)
        let third = try await files.content(within: .seconds(5))
        #expect(third.authorities == Array((one + other).utf8))
        // Replaced, but equal: connections are kept.
        try file.replace(one + other)
        #expect(try await files.content(within: .seconds(5)) === third)

        symlink(file.path, link)
        let linked = self.files(authorities: link)
        #expect(try await linked.content(within: .seconds(5)).authorities == third.authorities)
        symlink(second.path, link + ".new")
        rename(link + ".new", link)
        #expect(try await linked.content(within: .seconds(5)).authorities == Array(one.utf8))
    }

    @Test(
        "While the new content is unusable, the previous one is used, and TLS failures mention it",
        arguments: ["", "not PEM\n", "half", "missing"])
    func unusableContent(_ kind: String) async throws {
        let good = try text("ca.pem")
        let file = try TemporaryFile(good)
        defer { file.remove() }
        let files = files(authorities: file.path)
        let content = try await files.content(within: .seconds(5))
        if kind == "missing" {
            unlink(file.path)
        } else {
            try file.replace(kind == "half" ? String(good.prefix(good.count / 2)) : kind)
        }
        #expect(try await files.content(within: .seconds(5)) === content)
        let failure = files.explain(TransportFailure(.tls, "no"))
        #expect(failure.message.hasPrefix("no; the previous content of the TLS files is in use: "))
        #expect(failure.message.contains(file.path))
        try file.replace(good + (try text("other-ca.pem")))
        #expect(try await files.content(within: .seconds(5)).authorities?.count != content.authorities?.count)
        #expect(files.explain(TransportFailure(.tls, "no")).message == "no")
    }

    @Test("A file that was never usable fails the request with tls and is named")
    func neverUsable() async throws {
        let empty = try TemporaryFile("")
        let encrypted = try TemporaryFile(try text("encrypted.key"))
        defer {
            empty.remove()
            encrypted.remove()
        }
        let cases: [(ConnectionOptions, String)] = [
            (ConnectionOptions(caFile: "/nonexistent/ca.pem"), "cannot read /nonexistent/ca.pem: No such file"),
            (ConnectionOptions(caFile: "/tmp"), "cannot read /tmp: Is a directory"),
            (ConnectionOptions(caFile: empty.path), "cannot read \(empty.path): it is empty"),
            (
                ConnectionOptions(certificateFile: servers.file("client.pem"), keyFile: servers.file("server.key")),
                "the key in \(servers.file("server.key")) does not match the certificate in "
            ),
            (
                ConnectionOptions(certificateFile: servers.file("client.pem"), keyFile: encrypted.path),
                "\(encrypted.path) contains no complete PEM key, or the key has a passphrase"
            ),
        ]
        for (options, message) in cases {
            var options = options
            options.proxy = .none
            try await withTransport(options) { transport in
                let failure = await transport.failure("https://localhost:\(servers.http2)/")
                #expect(failure?.kind == .tls)
                #expect(failure?.message.hasPrefix(message) == true, "\(String(describing: failure))")
            }
        }
    }

    @Test("An unresponsive file fails only its own requests, within the timeout")
    func unresponsiveFile() async throws {
        let pipe = try TemporaryFile("")
        unlink(pipe.path)
        #expect(mkfifo(pipe.path, 0o600) == 0)
        defer { pipe.remove() }
        let engine = try CurlEngine(tlsFreshness: .zero)
        let hanging = engine.transport(ConnectionOptions(caFile: pipe.path, proxy: .none))
        let other = engine.transport(ConnectionOptions(caFile: servers.file("ca.pem"), proxy: .none))
        let url = "https://localhost:\(servers.http2)/"
        let start = ContinuousClock.now
        async let first = hanging.failure(url, timeout: .milliseconds(300))
        #expect(await other.status(url) == 200)
        let failure = await first
        #expect(failure?.kind == .tls)
        #expect(failure?.message == "cannot read \(pipe.path): the file does not respond")
        // Further requests fail immediately.
        for _ in 0..<20 { #expect(await hanging.failure(url)?.kind == .tls) }
        #expect(ContinuousClock.now - start < .seconds(10))
        // Requests without TLS don't need the file.
        let server = try ScriptedServer(.answer(plainResponse("x")))
        defer { server.stop() }
        #expect(await hanging.text(server.url()) == "x")
        await engine.shutdown()
        // Unblocks the thread.
        close(open(pipe.path, O_RDWR | O_NONBLOCK))
    }

    @Test("When a file stops responding, requests use the previous content")
    func fileStopsResponding() async throws {
        let file = try TemporaryFile(try text("ca.pem"))
        defer { file.remove() }
        try await withTransport(ConnectionOptions(caFile: file.path, proxy: .none)) { transport in
            let url = "https://localhost:\(servers.http2)/"
            #expect(await transport.status(url) == 200)
            unlink(file.path)
            #expect(mkfifo(file.path, 0o600) == 0)
            for _ in 0..<3 { #expect(await transport.status(url) == 200) }
            close(open(file.path, O_RDWR | O_NONBLOCK))
        }
    }

    @Test("A transport that replaces another one continues with the last usable content")
    func contentOutlivesAReload() async throws {
        let file = try TemporaryFile(try text("ca.pem"))
        defer { file.remove() }
        let engine = try CurlEngine(tlsFreshness: .zero)
        let options = ConnectionOptions(caFile: file.path, proxy: .none)
        let url = "https://localhost:\(servers.http2)/"
        let before = engine.transport(options)
        #expect(await before.status(url) == 200)
        try file.replace("")
        let after = engine.transport(options)
        #expect(await after.status(url) == 200)
        await engine.shutdown()
    }
}
