// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import HTTPClient

/// Requests don't affect each other, and release their memory.
@Suite(.timeLimit(.minutes(5))) struct CurlTransportIndependenceTests {
    @Test("A request that waits for another's hanging handshake times out at its deadline")
    func hangingHandshake() async throws {
        // libcurl's timeout doesn't apply to a transfer that waits for another handshake.
        try await withServer(ScriptedServer(.hang)) { transport, server in
            let url = "https://127.0.0.1:\(server.port)/"
            let first = Task { await transport.failure(url) }
            await server.wait { $0.connections == 1 }
            let start = ContinuousClock.now
            #expect(await transport.failure(url, timeout: .milliseconds(200))?.kind == .timeout)
            let took = ContinuousClock.now - start
            #expect(took >= .milliseconds(200))
            #expect(took < .seconds(8), "took \(took)")
            first.cancel()
            #expect(await first.value?.kind == .canceled)
        }
    }

    @Test("A hanging server does not delay requests to others")
    func hangingServer() async throws {
        let hanging = try ScriptedServer(.expectRequest, .hang)
        defer { hanging.stop() }
        try await withServer(ScriptedServer(.answer(plainResponse("x")))) { transport, server in
            let stuck = Task { await transport.failure(hanging.url()) }
            await hanging.wait { $0.requests.count == 1 }
            #expect(await transport.text(server.url()) == "x")
            stuck.cancel()
            _ = await stuck.value
        }
    }

    @Test("A finished request is released", arguments: ["completed", "canceled", "canceled before", "failed"])
    func release(_ end: String) async throws {
        let server = try ScriptedServer { index in
            end == "completed" ? [.answer(plainResponse("x"))] : [.expectRequest, .waitForRelease]
        }
        defer { server.stop() }
        let engine = try CurlEngine()
        weak var observed: PendingRequest?
        do {
            let request = HTTPRequest(url: server.url(), timeout: .seconds(20), maxBodyBytes: 10)
            let pending = PendingRequest(
                request, engine.transport(ConnectionOptions(proxy: .none)),
                deadline: .now.advanced(by: request.timeout))
            observed = pending
            let task = Task {
                if end == "canceled before" { withUnsafeCurrentTask { $0?.cancel() } }
                return await pending.outcome(by: engine.mailbox)
            }
            switch end {
            case "canceled":
                await server.wait { $0.requests.count == 1 }
                task.cancel()
            case "failed":
                await server.wait { $0.requests.count == 1 }
                server.release()
            default:
                break
            }
            _ = await task.value
        }
        await engine.shutdown()
        #expect(observed == nil)
    }
}
