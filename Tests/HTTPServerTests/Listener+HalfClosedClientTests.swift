// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import TestSupport
import Testing

@Suite("Clients that close their sending side", .timeLimit(.minutes(5)))
struct ListenerHalfClosedClientTests {
    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let size = 4 * 1024 * 1024

    /// Returns a client that has sent `text` and closed its sending side.
    private func client(_ address: String, _ text: String) async throws -> RawClient {
        let client = try RawClient(connectingTo: address)
        try await client.send(text)
        client.disconnectSending()
        return client
    }

    @Test(
        "A half-closed client receives its whole response, even if it is long and late", arguments: ["bytes", "stream"])
    func response(kind: String) async throws {
        let closed = Signal<Bool>()
        let bytes = [UInt8](repeating: 120, count: Self.size)
        try await withListener(handler: { _ in
            _ = await closed.wait()
            // By now, or while the response is sent, the event loop has seen the end of input.
            for _ in 0..<100 { await Task.yield() }
            guard kind == "stream" else { return ListenerResponse(status: 200, body: .bytes(bytes)) }
            return ListenerResponse(
                status: 200,
                body: .stream(contentLength: bytes.count) { writer in
                    for start in stride(from: 0, to: bytes.count, by: 65_536) {
                        try await writer.write(Array(bytes[start..<start + 65_536]))
                    }
                })
        }) { address, _ in
            let client = try await client(address, Self.get)
            await closed.send(true)
            let (received, ending) = try await client.receiveToEnd()
            #expect(ending == .closed)
            #expect(received.count > Self.size)
        }
    }

    @Test("A half-closed client receives the responses to all of its requests in order")
    func pipelined() async throws {
        try await withListener(handler: { request in
            await Task.yield()
            return .text(200, "<\(request.path)>")
        }) { address, _ in
            let requests = (0..<200).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
            let text = try await client(address, requests).receiveText()
            let paths = text.split(separator: "</").dropFirst().compactMap { $0.split(separator: ">").first }
            #expect(paths.map(String.init) == (0..<200).map(String.init))
        }
    }

    @Test("A half-closed client receives no response to an incomplete request")
    func incompleteRequest() async throws {
        try await withListener(handler: { _ in .text(200, "ok") }) { address, _ in
            let after = try await client(address, Self.get + "GET / HT")
            #expect(try await after.receiveText().hasSuffix("\r\n\r\nok"))
            let silent = try await client(address, "")
            #expect(try await silent.receiveText() == "")
        }
    }

    @Test("The connection of a half-closed client that does not read its response is closed")
    func stalled() async throws {
        let failed = Signal<Bool>()
        let response = ListenerResponse.endless(failed)
        try await withListener(handler: { _ in response }, settings: { $0.stallTimeout = .seconds(1) }) {
            address, _ in
            let client = try await client(address, Self.get)
            #expect(await failed.wait())
            withExtendedLifetime(client) {}
        }
    }

    @Test("The connection of a half-closed client with too many pipelined requests is closed")
    func tooManyAhead() async throws {
        let closed = Signal<Bool>()
        try await withListener(handler: { _ in
            _ = await closed.wait()
            return .text(200, "ok")
        }) { address, _ in
            let client = try await client(address, String(repeating: Self.get, count: 300))
            _ = try await client.receiveToEnd()
            await closed.send(true)
        }
    }
}
