// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import HTTPClient

/// Neither an endless nor a compressed response can exhaust memory.
@Suite(.timeLimit(.minutes(2))) struct CurlTransportLimitTests {
    private static let zeros = [UInt8](repeating: 0x30, count: 65_536)

    @Test("A body of exactly the limit is taken") func aBodyOfExactlyTheLimitIsTaken() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("12345")))) { transport, server in
            #expect(await transport.text(server.url(), maxBodyBytes: 5) == "12345")
            let failure = await transport.failure(server.url(), maxBodyBytes: 4)
            #expect(failure?.kind == .tooLarge)
            #expect(failure?.status == 200)
            #expect(failure?.message == "the body has more than 4 bytes")
        }
    }

    @Test("An endless body ends at the limit") func anEndlessBodyEndsAtTheLimit() async throws {
        let server = try ScriptedServer(.expectRequest, .send("HTTP/1.1 200 OK\r\n\r\n"), .flood(Self.zeros))
        try await withServer(server) { transport, server in
            let failure = await transport.failure(server.url(), maxBodyBytes: 1_000_000)
            #expect(failure?.kind == .tooLarge)
            #expect((1_000_000..<1_200_000).contains(failure?.receivedBytes ?? 0))
            await server.wait { $0.closedByPeer == 1 }
        }
    }

    @Test("A gzip bomb ends at the limit") func aGzipBombEndsAtTheLimit() async throws {
        let head = Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".utf8)
        let server = try ScriptedServer(
            .expectRequest, .send(head + CompressedSamples.bombStart), .flood(CompressedSamples.bombRepeat))
        try await withServer(server) { transport, server in
            let before = residentBytes()
            let failure = await transport.failure(server.url(), maxBodyBytes: 4_194_304)
            #expect(failure?.kind == .tooLarge)
            // 4 MiB of zeros are some 26 KB of this stream, and libcurl reads a little more of it.
            #expect((26_000..<200_000).contains(failure?.receivedBytes ?? 0))
            await server.wait { $0.closedByPeer == 1 }
            // Loose, because other tests take memory meanwhile, under a sanitizer most of all; a bomb that went off would
            // bring gigabytes. How tight the buffer is, the test below says.
            #expect(residentBytes() - before < 500_000_000)
        }
    }

    @Test("A claimed length reserves no more than the limit") func aClaimedLengthReservesNoMoreThanTheLimit()
        async throws
    {
        let response = "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\nabc"
        try await withServer(ScriptedServer(.expectRequest, .send(response))) { transport, server in
            #expect(await transport.failure(server.url(), maxBodyBytes: .max)?.kind == .interrupted)
        }
    }

    @Test(arguments: [
        "X: \(String(repeating: "x", count: 1_000))\r\n",
        "X: y\r\n",
        "X: \(String(repeating: "x", count: 200_000))\r\n",
    ])
    func anOversizedHeadEndsTheExchange(_ line: String) async throws {
        let server = try ScriptedServer(.expectRequest, .send("HTTP/1.1 200 OK\r\n"), .flood(Array(line.utf8)))
        try await withServer(server) { transport, server in
            let failure = await transport.failure(server.url())
            #expect(failure?.kind == .tooLarge)
            #expect((failure?.receivedBytes ?? 0) < 100_000)
            await server.wait { $0.closedByPeer == 1 }
        }
    }

    @Test("Endless interim responses end the exchange") func endlessInterimResponsesEndTheExchange() async throws {
        let server = try ScriptedServer(.expectRequest, .flood(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)))
        try await withServer(server) { transport, server in
            #expect(await transport.failure(server.url())?.kind == .tooLarge)
        }
    }

    @Test(
        "A body of unknown length never takes more than the limit and its slack", arguments: [0, 1, 65_536, 1_000_000])
    func aBodyOfUnknownLengthNeverTakesMoreThanTheLimitAndItsSlack(_ length: Int) {
        var collector = ResponseCollector(maxBodyBytes: 1_000_000)
        var left = length
        while left > 0 {
            let taken = Self.zeros.prefix(min(left, Self.zeros.count)).withUnsafeBytes { collector.takeBody($0) }
            #expect(taken)
            left -= min(left, Self.zeros.count)
        }
        let body = collector.finishBody()
        #expect(body.count == length)
        #expect(body.capacity >= length + ResponseCollector.bodySlack)
        // The allocator rounds up.
        #expect(body.capacity < 1_000_000 + 65_536)
    }

    /// The process's resident memory.
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
