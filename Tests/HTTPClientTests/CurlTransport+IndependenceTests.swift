// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import HTTPClient

/// One exchange's trouble is not another's, and nothing of an exchange outlives it.
@Suite(.timeLimit(.minutes(2))) struct CurlTransportIndependenceTests {
    @Test("A deadline holds for what waits behind a hanging handshake")
    func aDeadlineHoldsForWhatWaitsBehindAHangingHandshake() async throws {
        // libcurl runs no timer for a transfer that waits for another's handshake to end.
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
            #expect(await first.value?.kind == .cancelled)
        }
    }

    @Test("A hanging server delays no other") func aHangingServerDelaysNoOther() async throws {
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

    @Test(
        "Nothing keeps an exchange that is over", arguments: ["completed", "cancelled", "cancelled before", "failed"])
    func nothingKeepsAnExchangeThatIsOver(_ end: String) async throws {
        let server = try ScriptedServer { index in
            end == "completed" ? [.answer(plainResponse("x"))] : [.expectRequest, .waitForRelease]
        }
        defer { server.stop() }
        let engine = try CurlEngine()
        weak var observed: Exchange?
        do {
            let request = HTTPRequest(url: server.url(), timeout: .seconds(20), maxBodyBytes: 10)
            let exchange = Exchange(
                request, engine.transport(ConnectionOptions(proxy: .none)),
                deadline: .now.advanced(by: request.timeout))
            observed = exchange
            let task = Task {
                if end == "cancelled before" { withUnsafeCurrentTask { $0?.cancel() } }
                return await exchange.outcome(by: engine.mailbox)
            }
            switch end {
            case "cancelled":
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
