// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Rate-limited logs", .timeLimit(.minutes(5)))
struct RateLimitedLogTests {
    @Test("The first event is logged, further ones are counted until the end of the period")
    func limit() {
        var limit = EventLimit()
        var decisions = [limit.note(), limit.note(), limit.note()]
        var ends = [limit.endPeriod()]
        decisions.append(limit.note())
        ends += [limit.endPeriod(), limit.endPeriod()]
        decisions.append(limit.note())
        #expect(decisions == [true, false, false, false, true])
        #expect(ends == [2, 1, 0])
    }

    private static let hasOpenSSL = ChildProcess.path(of: "openssl") != nil

    /// Runs a TLS listener with a self-signed certificate.
    private func withTLS(
        _ recorder: LogRecorder, period: Duration, _ body: (_ address: String) async throws -> Void
    ) async throws {
        let key = try TemporaryFile("", name: "key.pem")
        let certificate = try TemporaryFile("", name: "certificate.pem")
        defer { for file in [key, certificate] { file.remove() } }
        try ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-keyout", key.path, "-out", certificate.path,
            ])
        let tls = try ListenerTLS(
            certificateChain: Self.bytes(certificate), privateKey: Self.bytes(key))
        try await withListener(
            logger: recorder.logger, handler: { _ in .text(200, "ok") },
            settings: {
                $0.tls = { tls }
                $0.logPeriod = period
            }
        ) { address, _ in try await body(address) }
    }

    private static func bytes(_ file: TemporaryFile) -> [UInt8] {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        return contents(of: descriptor, 0..<10_000)
    }

    @Test(
        "Failed TLS handshakes are logged with peer and reason, first one, then the number of further ones",
        .enabled(if: hasOpenSSL))
    func handshakes() async throws {
        let recorder = LogRecorder()
        try await withTLS(recorder, period: .seconds(86_400)) { address in
            for text in ["GET / HTTP/1.1\r\nHost: h\r\n\r\n", "nonsense, no TLS at all\r\n", "\u{16}\u{3}"] {
                let client = try RawClient(connectingTo: address)
                try await client.send(text)
                client.disconnectSending()
                _ = try? await client.receiveToEnd()
            }
        }
        #expect(recorder.text == ["warning: tls handshakes failed", "warning: tls handshakes failed"])
        let fields = recorder.metadata
        #expect(fields.map { "\($0["handshakes"] ?? "")" } == ["1", "2"])
        #expect(fields[0]["reason"] == "plain HTTP on a TLS port")
        #expect(fields[1]["reason"] == "closed during the handshake")
        #expect(fields.allSatisfy { "\($0["peer"] ?? "")".hasPrefix("127.0.0.1:") })
    }

    @Test("A connection closed without sending a byte is not logged", .enabled(if: hasOpenSSL))
    func healthCheck() async throws {
        let recorder = LogRecorder()
        try await withTLS(recorder, period: .seconds(86_400)) { address in
            for _ in 0..<3 {
                let client = try RawClient(connectingTo: address)
                client.disconnectSending()
                _ = try? await client.receiveToEnd()
            }
        }
        #expect(recorder.text == [])
    }

    @Test("Further failures are logged at the end of the period", .enabled(if: hasOpenSSL))
    func period() async throws {
        let recorder = LogRecorder()
        try await withTLS(recorder, period: .milliseconds(10)) { address in
            while recorder.text.count < 3 {
                let client = try RawClient(connectingTo: address)
                try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try? await client.receiveToEnd()
            }
        }
    }
}
