// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import HTTPClient

/// Limits on the size of responses.
@Suite(.timeLimit(.minutes(5))) struct CurlTransportLimitTests {
    private static let zeros = [UInt8](repeating: 0x30, count: 65_536)

    @Test("A body of exactly the limit is accepted")
    func exactLimit() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("12345")))) { transport, server in
            #expect(await transport.text(server.url(), maxBodyBytes: 5) == "12345")
            let failure = await transport.failure(server.url(), maxBodyBytes: 4)
            #expect(failure?.kind == .tooLarge)
            #expect(failure?.status == 200)
            #expect(failure?.message == "the response body exceeds 4 bytes")
        }
    }

    @Test("An endless body fails at the limit")
    func endlessBody() async throws {
        let server = try ScriptedServer(.expectRequest, .send("HTTP/1.1 200 OK\r\n\r\n"), .flood(Self.zeros))
        try await withServer(server) { transport, server in
            let failure = await transport.failure(server.url(), maxBodyBytes: 1_000_000)
            #expect(failure?.kind == .tooLarge)
            #expect((1_000_000..<1_200_000).contains(failure?.receivedBytes ?? 0))
            await server.wait { $0.closedByPeer == 1 }
        }
    }

    @Test("A gzip bomb fails at the limit")
    func gzipBomb() async throws {
        let head = Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".utf8)
        let server = try ScriptedServer(
            .expectRequest, .send(head + CompressedSamples.bombStart), .flood(CompressedSamples.bombRepeat))
        try await withServer(server) { transport, server in
            let before = residentBytes()
            let failure = await transport.failure(server.url(), maxBodyBytes: 4_194_304)
            #expect(failure?.kind == .tooLarge)
            // 4 MiB of zeros take about 26 KB of this stream, and libcurl reads slightly ahead.
            #expect((26_000..<200_000).contains(failure?.receivedBytes ?? 0))
            await server.wait { $0.closedByPeer == 1 }
            // A loose limit, because other tests allocate memory meanwhile, especially with a sanitizer. Without a
            // limit the bomb would take gigabytes. A test below checks the exact size of the buffer.
            #expect(residentBytes() - before < 500_000_000)
        }
    }

    @Test("A huge Content-Length does not exhaust memory")
    func hugeContentLength() async throws {
        let response = "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\nabc"
        try await withServer(ScriptedServer(.expectRequest, .send(response))) { transport, server in
            #expect(await transport.failure(server.url(), maxBodyBytes: .max)?.kind == .interrupted)
        }
    }

    @Test(
        "An oversized response head fails with tooLarge",
        arguments: [
            "X: \(String(repeating: "x", count: 1_000))\r\n",
            "X: y\r\n",
            "X: \(String(repeating: "x", count: 200_000))\r\n",
        ])
    func oversizedHead(_ line: String) async throws {
        let server = try ScriptedServer(.expectRequest, .send("HTTP/1.1 200 OK\r\n"), .flood(Array(line.utf8)))
        try await withServer(server) { transport, server in
            let failure = await transport.failure(server.url())
            #expect(failure?.kind == .tooLarge)
            #expect((failure?.receivedBytes ?? 0) < 100_000)
            await server.wait { $0.closedByPeer == 1 }
        }
    }

    @Test("Endless interim responses fail with tooLarge")
    func endlessInterimResponses() async throws {
        let server = try ScriptedServer(.expectRequest, .flood(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)))
        try await withServer(server) { transport, server in
            #expect(await transport.failure(server.url())?.kind == .tooLarge)
        }
    }

    @Test(
        "The buffer of a body of unknown length never exceeds the limit and the slack",
        arguments: [0, 1, 65_536, 1_000_000])
    func bufferCapacity(_ length: Int) {
        var collector = ResponseCollector(maxBodyBytes: 1_000_000)
        var left = length
        while left > 0 {
            let isAccepted = Self.zeros.prefix(min(left, Self.zeros.count)).withUnsafeBytes { collector.takeBody($0) }
            #expect(isAccepted)
            left -= min(left, Self.zeros.count)
        }
        let body = collector.finishBody()
        #expect(body.count == length)
        #expect(body.capacity >= length + ResponseCollector.bodySlack)
        // The allocator rounds up.
        #expect(body.capacity < 1_000_000 + 65_536)
    }

    /// Returns the process's resident memory.
    private func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        guard fgets(&line, 200, file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
