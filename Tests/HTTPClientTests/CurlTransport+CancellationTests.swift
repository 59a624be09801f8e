// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

/// Cancelling tasks and shutting down, at every point of an exchange's life.
@Suite(.timeLimit(.minutes(2))) struct CurlTransportCancellationTests {
    @Test("A cancel in flight returns at once and closes the connection")
    func aCancelInFlightReturnsAtOnceAndClosesTheConnection() async throws {
        try await withServer(ScriptedServer(.expectRequest, .hang)) { transport, server in
            let task = Task { await transport.failure(server.url()) }
            await server.wait { $0.requests.count == 1 }
            let start = ContinuousClock.now
            task.cancel()
            #expect(await task.value?.kind == .cancelled)
            let took = ContinuousClock.now - start
            #expect(took < .seconds(8), "took \(took)")
            await server.wait { $0.closedByPeer == 1 }
        }
    }

    @Test("A cancel before the start sends nothing") func aCancelBeforeTheStartSendsNothing() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("")))) { transport, server in
            await withTaskGroup(of: TransportFailure?.self) { group in
                group.cancelAll()
                group.addTask { await transport.failure(server.url("/never")) }
                for await failure in group { #expect(failure?.kind == .cancelled) }
            }
            _ = try await transport.get(server.url("/after"))
            #expect(server.log.targets == ["/after"])
        }
    }

    @Test("Cancels that race with completions lose nothing") func cancelsThatRaceWithCompletionsLoseNothing()
        async throws
    {
        try await withServer(ScriptedServer(.answer(plainResponse("x")))) { transport, server in
            let url = server.url()
            var cancelled = 0
            var completed = 0
            for round in 0..<50 {
                let kinds = await withTaskGroup(of: TransportFailure.Kind?.self) { group in
                    for index in 0..<20 {
                        group.addTask {
                            let exchange = Task { await transport.failure(url)?.kind }
                            // From "before anybody waits" to "long since complete".
                            for _ in 0..<(index * (round % 10)) { await Task.yield() }
                            exchange.cancel()
                            return await exchange.value
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                cancelled += kinds.count { $0 == .cancelled }
                completed += kinds.count { $0 == nil }
            }
            #expect(cancelled + completed == 1_000)
            #expect(await transport.text(url) == "x")
        }
    }

    @Test("A completed exchange is not kept") func aCompletedExchangeIsNotKept() async throws {
        try await withServer(ScriptedServer(.answer(plainResponse("x")))) { transport, server in
            // More than the pool of handles, one after the other on one connection.
            for _ in 0..<200 { _ = try await transport.get(server.url()) }
            #expect(server.log.connections == 1)
        }
    }

    @Test("A shutdown ends what is in flight") func aShutdownEndsWhatIsInFlight() async throws {
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

    @Test("A shutdown may be asked for twice at once") func aShutdownMayBeAskedForTwiceAtOnce() async throws {
        let engine = try CurlEngine()
        async let first: Void = engine.shutdown()
        async let second: Void = engine.shutdown()
        _ = await (first, second)
        await engine.shutdown()
    }

    @Test("An engine that is dropped closes its connections") func anEngineThatIsDroppedClosesItsConnections()
        async throws
    {
        let server = try ScriptedServer(.answer(plainResponse("x")))
        defer { server.stop() }
        do {
            let engine = try CurlEngine()
            _ = try await engine.transport(ConnectionOptions(proxy: .none)).get(server.url())
        }
        await server.wait { $0.closedByPeer == 1 }
    }

    @Test("Shutdowns that race with exchanges lose nothing") func shutdownsThatRaceWithExchangesLoseNothing()
        async throws
    {
        let server = try ScriptedServer(.answer(plainResponse("x")))
        defer { server.stop() }
        for round in 0..<50 {
            let engine = try CurlEngine()
            let transport = engine.transport(ConnectionOptions(proxy: .none))
            await withTaskGroup(of: TransportFailure.Kind?.self) { group in
                for _ in 0..<8 { group.addTask { await transport.failure(server.url())?.kind } }
                for _ in 0..<round { await Task.yield() }
                await engine.shutdown()
                for await kind in group { #expect(kind == nil || kind == .cancelled) }
            }
        }
    }
}

extension TransportFailure {
    fileprivate static let shutDownExpected = TransportFailure(.cancelled, "the transport was shut down")
}
