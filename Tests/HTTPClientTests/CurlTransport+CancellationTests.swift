// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

/// Cancellation and shutdown at every stage of a request.
@Suite(.timeLimit(.minutes(5))) struct CurlTransportCancellationTests {
    @Test("Canceling a request in flight returns immediately and closes the connection")
    func cancelInFlight() async throws {
        try await withServer(ScriptedServer(.expectRequest, .hang)) { transport, server in
            let task = Task { await transport.failure(server.url()) }
            await server.wait { $0.requests.count == 1 }
            let start = ContinuousClock.now
            task.cancel()
            #expect(await task.value?.kind == .canceled)
            let took = ContinuousClock.now - start
            #expect(took < .seconds(8), "took \(took)")
            await server.wait { $0.closedByPeer == 1 }
        }
    }

    @Test("A request of a canceled task is not sent")
    func canceledBeforeStart() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("")))) { transport, server in
            await withTaskGroup(of: TransportFailure?.self) { group in
                group.cancelAll()
                group.addTask { await transport.failure(server.url("/never")) }
                for await failure in group { #expect(failure?.kind == .canceled) }
            }
            _ = try await transport.get(server.url("/after"))
            #expect(server.log.targets == ["/after"])
        }
    }

    @Test("Every request ends once when cancellation races with completion")
    func cancellationRace() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("x")))) { transport, server in
            let url = server.url()
            var canceled = 0
            var completed = 0
            for round in 0..<50 {
                let kinds = await withTaskGroup(of: TransportFailure.Kind?.self) { group in
                    for index in 0..<20 {
                        group.addTask {
                            let request = Task { await transport.failure(url)?.kind }
                            // From before the start to after completion.
                            for _ in 0..<(index * (round % 10)) { await Task.yield() }
                            request.cancel()
                            return await request.value
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                canceled += kinds.count { $0 == .canceled }
                completed += kinds.count { $0 == nil }
            }
            #expect(canceled + completed == 1_000)
            #expect(await transport.text(url) == "x")
        }
    }

    @Test("Two hundred requests in a row use one connection")
    func manyRequestsInARow() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("x")))) { transport, server in
            // More requests than libcurl's connection cache has places.
            for _ in 0..<200 { _ = try await transport.get(server.url()) }
            #expect(server.log.connections == 1)
        }
    }

    @Test("Shutdown cancels requests in flight and rejects later ones")
    func shutdown() async throws {
        let server = try ScriptedServer(.expectRequest, .hang)
        defer { server.stop() }
        let engine = try CurlEngine()
        let transport = engine.transport(ConnectionOptions(proxy: .none))
        await withTaskGroup(of: TransportFailure?.self) { group in
            for _ in 0..<10 { group.addTask { await transport.failure(server.url()) } }
            await server.wait { $0.requests.count == 10 }
            await engine.shutdown()
            for await failure in group { #expect(failure == TransportFailure.shutDownExpected) }
        }
        await server.wait { $0.closedByPeer == 10 }
        #expect(await transport.failure(server.url()) == TransportFailure.shutDownExpected)
    }

    @Test("Shutdown can be called concurrently and repeatedly")
    func repeatedShutdown() async throws {
        let engine = try CurlEngine()
        async let first: Void = engine.shutdown()
        async let second: Void = engine.shutdown()
        _ = await (first, second)
        await engine.shutdown()
    }

    @Test("A released engine closes its connections")
    func releasedEngine() async throws {
        let server = try ScriptedServer(.answer(plainResponse("x")))
        defer { server.stop() }
        do {
            let engine = try CurlEngine()
            _ = try await engine.transport(ConnectionOptions(proxy: .none)).get(server.url())
        }
        await server.wait { $0.closedByPeer == 1 }
    }

    @Test("Every request ends when shutdown races with completion")
    func shutdownRace() async throws {
        let server = try ScriptedServer(.answer(plainResponse("x")))
        defer { server.stop() }
        for round in 0..<50 {
            let engine = try CurlEngine()
            let transport = engine.transport(ConnectionOptions(proxy: .none))
            await withTaskGroup(of: TransportFailure.Kind?.self) { group in
                for _ in 0..<8 { group.addTask { await transport.failure(server.url())?.kind } }
                for _ in 0..<round { await Task.yield() }
                await engine.shutdown()
                for await kind in group { #expect(kind == nil || kind == .canceled) }
            }
        }
    }
}

extension TransportFailure {
    fileprivate static let shutDownExpected = TransportFailure(.canceled, "the transport was shut down")
}
