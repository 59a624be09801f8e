// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// An nginx with TLS and HTTP/2 in front of a control plane, so that all requests share one connection.
final class HTTP2Proxy {
    /// Its port on 127.0.0.1.
    let port: UInt16
    private let directory: TemporaryFile

    /// The self-signed certificate of 127.0.0.1.
    var certificate: String { directory.folder + "/server.pem" }

    /// Starts nginx. Returns nil if nginx or openssl is not installed.
    /// - Parameter target: the port of the control plane.
    init?(before target: UInt16) throws {
        guard ChildProcess.path(of: "nginx") != nil, ChildProcess.path(of: "openssl") != nil else { return nil }
        port = try LoopbackSocket.freePort()
        directory = try TemporaryFile("", name: "nginx.conf")
        let folder = directory.folder
        try ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-days", "2", "-subj", "/CN=soak", "-addext", "subjectAltName=IP:127.0.0.1", "-newkey",
                "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "\(folder)/server.key", "-out",
                "\(folder)/server.pem",
            ])
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        try directory.replace(
            """
            daemon on;
            master_process off;
            pid \(folder)/nginx.pid;
            events {}
            http {
                access_log off;
                \(paths.map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " "))
                server {
                    listen 127.0.0.1:\(port) ssl http2;
                    ssl_certificate \(folder)/server.pem;
                    ssl_certificate_key \(folder)/server.key;
                    keepalive_requests 1000000;
                    location / {
                        proxy_pass http://127.0.0.1:\(target);
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }
                }
            }

            """)
        // As a daemon, because then the command returns when the listener is open.
        try run([])
    }

    private func run(_ arguments: [String]) throws {
        let folder = directory.folder
        try ChildProcess.run(
            "nginx", ["-p", folder, "-e", "\(folder)/error.log", "-c", "\(folder)/nginx.conf"] + arguments)
    }

    func stop() throws {
        // nginx finds the process by its PID file in this folder.
        try run(["-s", "stop"])
        try ChildProcess.run("rm", ["-rf", directory.folder])
    }
}
