// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

/// TLS servers: nginx with several listeners, OpenSSL, and their certificates.
struct TLSServers {
    /// The servers of the running suite.
    @TaskLocal static var current: TLSServers?

    /// Whether nginx and openssl are installed.
    static var isAvailable: Bool { ChildProcess.path(of: "nginx") != nil && ChildProcess.path(of: "openssl") != nil }

    /// The directory of certificates, keys and nginx's files.
    let directory: String
    /// The port with HTTP/2 and TLS 1.2 and 1.3, for `localhost` and `fabric.test`.
    let http2: UInt16
    /// The port without HTTP/2.
    let http1: UInt16
    /// The port with TLS 1.2 only.
    let onlyTLS12: UInt16
    /// The port that responds with 400 if there is no client certificate.
    let mutual: UInt16
    /// The port that rejects handshakes without client certificate; served by OpenSSL, as nginx would respond with 400.
    let strict: UInt16
    /// The port with HTTP/2 and a certificate of the other authority.
    let otherAuthority: UInt16
    private let strictServer: ChildProcess

    /// Returns the path of a file in ``directory``.
    func file(_ name: String) -> String { "\(directory)/\(name)" }

    /// Returns the content of a file in ``directory``.
    func text(_ name: String) throws -> String {
        let descriptor = open(file(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TLSServersFailure("cannot read \(name)") }
        defer { close(descriptor) }
        return String(decoding: contents(of: descriptor, 0..<1_048_576), as: UTF8.self)
    }

    /// Creates certificates, writes the configuration, starts the servers and waits until they listen.
    static func start() throws -> TLSServers {
        var template = Array("/tmp/curl-transport-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TLSServersFailure("mkdtemp failed") }
        let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        for authority in ["ca", "other-ca"] {
            try makeCertificate(authority, in: directory, [])
        }
        let signed = ["-CA", "\(directory)/ca.pem", "-CAkey", "\(directory)/ca.key"]
        let names = ["-addext", "subjectAltName=DNS:localhost,DNS:fabric.test"]
        try makeCertificate("server", in: directory, signed + names)
        try makeCertificate("client", in: directory, signed)
        try makeCertificate("client2", in: directory, signed)
        let signedByOther = ["-CA", "\(directory)/other-ca.pem", "-CAkey", "\(directory)/other-ca.key"]
        try makeCertificate("other-server", in: directory, signedByOther + names)
        try ChildProcess.run(
            "openssl",
            [
                "pkcs8", "-topk8", "-in", "\(directory)/client.key", "-out", "\(directory)/encrypted.key", "-passout",
                "pass:secret",
            ])

        let ports = try (0..<6).map { _ in try LoopbackSocket.freePort() }
        try write(configuration(directory, ports), to: "\(directory)/nginx.conf")
        try write(String(repeating: "0123456789abcdef", count: 16_384), to: "\(directory)/large.txt")
        // As a daemon: the command returns once the listeners are open, so that no polling is necessary.
        try nginx(directory, [])
        let strictServer = try ChildProcess(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(ports[4])", "-cert", "\(directory)/server.pem", "-key",
                "\(directory)/server.key", "-CAfile", "\(directory)/ca.pem", "-Verify", "1", "-verify_return_error",
                "-www",
            ])
        strictServer.read(until: "ACCEPT")
        return TLSServers(
            directory: directory, http2: ports[0], http1: ports[1], onlyTLS12: ports[2], mutual: ports[3],
            strict: ports[4], otherAuthority: ports[5], strictServer: strictServer)
    }

    func stop() throws {
        // nginx finds its process by the pid file in the directory.
        try Self.nginx(directory, ["-s", "stop"])
        strictServer.stop()
        try ChildProcess.run("rm", ["-rf", directory])
    }

    private static func nginx(_ directory: String, _ arguments: [String]) throws {
        let files = ["-p", directory, "-e", "\(directory)/error.log", "-c", "\(directory)/nginx.conf"]
        try ChildProcess.run("nginx", files + arguments)
    }

    private static func makeCertificate(_ name: String, in directory: String, _ options: [String]) throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        let files = ["-keyout", "\(directory)/\(name).key", "-out", "\(directory)/\(name).pem"]
        try ChildProcess.run("openssl", ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)"] + key + files + options)
    }

    private static func configuration(_ directory: String, _ ports: [UInt16]) -> String {
        let response = "protocol=$server_protocol sni=$ssl_server_name host=$http_host connection=$connection"
        return """
            daemon on;
            master_process off;
            pid \(directory)/nginx.pid;
            events {}
            http {
                access_log off;
                client_body_temp_path \(directory)/body;
                proxy_temp_path \(directory)/proxy;
                fastcgi_temp_path \(directory)/fastcgi;
                uwsgi_temp_path \(directory)/uwsgi;
                scgi_temp_path \(directory)/scgi;
                default_type text/plain;
                ssl_certificate \(directory)/server.pem;
                ssl_certificate_key \(directory)/server.key;
                ssl_client_certificate \(directory)/ca.pem;
                ssl_protocols TLSv1.2 TLSv1.3;
                server {
                    listen 127.0.0.1:\(ports[0]) ssl http2;
                    location / { return 200 "\(response)"; }
                    location /large.txt { root \(directory); }
                }
                server {
                    listen 127.0.0.1:\(ports[1]) ssl;
                    location / { return 200 "\(response)"; }
                }
                server {
                    listen 127.0.0.1:\(ports[2]) ssl;
                    ssl_protocols TLSv1.2;
                    location / { return 200 "$ssl_protocol"; }
                }
                server {
                    listen 127.0.0.1:\(ports[3]) ssl http2;
                    ssl_verify_client on;
                    location / { return 200 "$ssl_client_s_dn"; }
                }
                server {
                    listen 127.0.0.1:\(ports[5]) ssl http2;
                    ssl_certificate \(directory)/other-server.pem;
                    ssl_certificate_key \(directory)/other-server.key;
                    location / { return 200 "other authority"; }
                }
            }
            """
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw TLSServersFailure("cannot write \(path)") }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw TLSServersFailure("cannot write \(path)") }
    }
}

/// An error in starting the servers.
struct TLSServersFailure: Error {
    var message: String
    init(_ message: String) { self.message = message }
}

/// Starts ``TLSServers`` once for a suite, and stops them after its last test.
struct TLSServersTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let servers = try TLSServers.start()
        do {
            try await TLSServers.$current.withValue(servers) { try await function() }
        } catch {
            try servers.stop()
            throw error
        }
        try servers.stop()
    }
}

extension Trait where Self == TLSServersTrait {
    /// Provides ``TLSServers/current`` to the suite.
    static var tlsServers: Self { TLSServersTrait() }
}
