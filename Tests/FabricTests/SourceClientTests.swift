// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite("Requests of a source", .timeLimit(.minutes(5)))
struct SourceClientTests {
    private static let unavailable = Result<HTTPResponse, TransportFailure>.response(503)
    private static let success = Result<HTTPResponse, TransportFailure>.response(200, "{}")

    private static func settings(retries: Int) -> PollSettings {
        PollSettings(
            timeout: .seconds(10), interval: .seconds(60), requestsPerSecond: 0, retries: retries,
            maxResponseBytes: 1 << 20, pageSize: 100, maxEndpoints: 1_000)
    }

    private static func reason(_ outcome: Result<String, APIFailure>) -> FailureReason? {
        if case .failure(let failure) = outcome { failure.reason } else { nil }
    }

    @Test("Transient failures are retried as often as configured", arguments: [0, 1, 3])
    func retries(_ retries: Int) async {
        let source = Source(FakeTransport([Self.unavailable]), retries: retries)
        let request = Task { await source.send() }
        for retry in 0..<retries {
            await source.transport.waitForRequests(retry + 1)
            await source.clock.waitForSleepers(1)
            source.clock.advance(by: .seconds(15))
        }
        #expect(Self.reason(await request.value) == .server)
        #expect(source.transport.requests.count == 1 + retries)
        #expect(source.client.counters.retries[.listEndpoints] ?? 0 == UInt64(retries))
    }

    @Test(
        "Permanent failures are not retried",
        arguments: [
            (302, .response), (400, .badRequest), (401, .unauthenticated), (403, .forbidden), (404, .notFound),
            (501, .server),
        ] as [(Int, FailureReason)])
    func noRetry(_ status: Int, _ reason: FailureReason) async {
        let source = Source(FakeTransport([.response(status)]), retries: 3)
        #expect(Self.reason(await source.send()) == reason)
        #expect(source.transport.requests.count == 1)
    }

    @Test("No retry is sent after the interval, not even one that was waiting for a slot")
    func lateRetry() async {
        let source = Source(FakeTransport([Self.unavailable, Self.success]), slots: 1)
        let holder = FairLimiter.Holder(source: "", isSuspect: false)
        let request = Task { await source.send() }
        await source.transport.waitForRequests(1)
        await source.clock.waitForSleepers(1)
        #expect(await source.limiter.acquire(holder, .running, order: 0))
        source.clock.advance(by: .seconds(60))
        source.limiter.release(holder)
        #expect(Self.reason(await request.value) == .server)
        #expect(source.transport.requests.count == 1)
        #expect(await source.limiter.acquire(holder, .running, order: 0))
    }

    @Test("Requests obey the rate limit: a burst of one second, then one per token")
    func rateLimit() async {
        let source = Source(FakeTransport([Self.success]), requestsPerSecond: 2)
        let requests = (0..<4).map { _ in Task { await source.send() } }
        await source.transport.waitForRequests(2)
        await source.clock.waitForSleepers(1)
        source.clock.advance(by: .milliseconds(500) - .nanoseconds(1))
        #expect(source.transport.requests.count == 2)
        source.clock.advance(by: .nanoseconds(1))
        await source.transport.waitForRequests(3)
        source.clock.advance(by: .milliseconds(500))
        for request in requests { #expect(await request.value == .success("{}")) }
        #expect(source.transport.requests.count == 4)
    }

    @Test("The requests of the last minute include retries, but not requests that wait for the rate limit")
    func requestsPerMinute() async {
        let source = Source(FakeTransport([Self.unavailable, Self.success]), requestsPerSecond: 1, retries: 1)
        #expect(source.client.requestsPerMinute == 0 && source.client.requestsPerMinuteLimit == 60)
        let request = Task { await source.send() }
        await source.transport.waitForRequests(1)
        await source.clock.waitForSleepers(1)
        #expect(source.client.requestsPerMinute == 1)
        source.clock.advance(by: .seconds(15))
        #expect(await request.value == .success("{}"))
        #expect(source.client.requestsPerMinute == 2)
        source.clock.advance(by: .seconds(45))
        #expect(source.client.requestsPerMinute == 1)
        source.clock.advance(by: .seconds(15))
        #expect(source.client.requestsPerMinute == 0)
        #expect(Source(FakeTransport([Self.success])).client.requestsPerMinuteLimit == nil)
    }

    @Test("Waiting for its turn isn't part of a poll, and each request of the source counts as progress")
    func turns() async throws {
        let source = Source(FakeTransport([Self.success]), requestsPerSecond: 1)
        let turns = (0..<3).map { source.client.turn(of: "ws-\($0)") }
        let start = source.clock.now
        #expect(await source.send(turn: turns[0]) == .success("{}"))
        #expect(turns[0].beganAt == start)
        let waiting = turns[1...].map { turn in Task { await source.send(turn: turn) } }
        await source.clock.waitForSleepers(1)
        #expect(turns[1].beganAt == nil)
        source.clock.advance(by: .seconds(1))
        await source.transport.waitForRequests(2)
        while turns[1].beganAt == nil && turns[2].beganAt == nil { await Task.yield() }
        let last = try #require(turns[1...].first { $0.beganAt == nil })
        #expect(last.lastProgress == start + .seconds(1))
        #expect(last.waited == .seconds(1))
        await source.clock.waitForSleepers(1)
        source.clock.advance(by: .seconds(1))
        for task in waiting { #expect(await task.value == .success("{}")) }
        #expect(last.beganAt == start + .seconds(2))
        #expect(last.waited == .seconds(2))
    }

    @Test("A backoff isn't part of the polls that wait for its end, and they take turns after it")
    func turnsAfterBackoff() async {
        let transport = FakeTransport([.response(429, headers: [HTTPHeader("Retry-After", "7")]), Self.success])
        let source = Source(transport, requestsPerSecond: 1, retries: 0)
        #expect(Self.reason(await source.send()) == .throttled)
        let start = source.clock.now
        source.clock.advance(by: .seconds(1))
        let turns = (0..<3).map { source.client.turn(of: "ws-\($0)") }
        let polls = turns.map { turn in Task { await source.send(turn: turn) } }
        // All wait for the end of the backoff without holding a token.
        await source.clock.waitForSleepers(3)
        #expect(turns.allSatisfy { $0.beganAt == nil })
        for second in 7...9 {
            source.clock.advance(by: start + .seconds(second) - source.clock.now)
            await transport.waitForRequests(second - 5)
            if second < 9 { await source.clock.waitForSleepers(1) }
        }
        for poll in polls { #expect(await poll.value == .success("{}")) }
        #expect(turns.compactMap(\.beganAt).sorted() == (7...9).map { start + .seconds($0) })
    }

    @Test("A backoff outlasts a reload, but not a change of the address or account", arguments: [false, true])
    func moved(_ isMoved: Bool) async {
        let source = Source(
            FakeTransport([.response(429, headers: [HTTPHeader("Retry-After", "300")]), Self.success]), retries: 0)
        _ = await source.send()
        #expect(source.client.isThrottled)
        source.client.reconfigure(
            transport: source.transport, credentials: TokenCredentials(.value(Secret(Source.token))),
            settings: source.client.settings, isMoved: isMoved)
        #expect(source.client.isThrottled != isMoved)
        #expect(Self.reason(await source.send()) == (isMoved ? nil : .throttled))
    }

    @Test("A 503 with Retry-After pauses only that list", arguments: [5, 100_000])
    func pausedList(_ seconds: Int) async {
        let transport = FakeTransport { request, number in
            number == 0 ? .response(503, headers: [HTTPHeader("Retry-After", "\(seconds)")]) : Self.success
        }
        let source = Source(transport, retries: 0)
        #expect(Self.reason(await source.send(of: "a")) == .server)
        source.clock.advance(by: .seconds(min(seconds, 300)) - .nanoseconds(1))
        #expect(Self.reason(await source.send(of: "a")) == .server)
        #expect(await source.send(of: "b") == .success("{}"))
        #expect(transport.requests.count == 2)
        source.clock.advance(by: .nanoseconds(1))
        #expect(await source.send(of: "a") == .success("{}"))
    }

    @Test("A 401 for one workspace doesn't affect others, and the next request confirms the credential")
    func rejectedOnlyForOne() async {
        let transport = FakeTransport { request, _ in
            request.url.hasSuffix("/rejected") ? .response(401, #"{"error_code":"APIG.0301"}"#) : Self.success
        }
        let source = Source(transport, retries: 0)
        source.client.setWorkspaces(3)
        #expect(await source.send(of: "a") == .success("{}"))
        for _ in 0..<5 {
            #expect(Self.reason(await source.send("https://h/rejected", of: "rejected")) == .unauthenticated)
            #expect(await source.send(of: "a") == .success("{}"))
            #expect(await source.send(of: "b") == .success("{}"))
            #expect(source.client.nextProbe == nil)
            source.clock.advance(by: .seconds(60))
        }
        #expect(transport.requests.count == 16)
    }

    @Test("A failing source gets few retries, with any number of workspaces")
    func budget() async {
        let transport = FakeTransport([Self.unavailable])
        let client = SourceClient(
            transport: transport, credentials: TokenCredentials(.value(Secret("t"))), clock: ImpatientClock(),
            limiter: RequestLimiter(concurrency: 4, clock: ImpatientClock()), settings: Self.settings(retries: 3))
        for _ in 0..<50 {
            _ = try? await client.send(
                .listEndpoints, url: "https://h/x", turn: client.turn(of: "w", retryWindow: .seconds(86_400))
            ) {
                _ in
                true
            }
        }
        // The budget starts with ten retries, and each request earns a fifth of one; fifths aren't exact.
        #expect((69...70).contains(transport.requests.count))
    }

    @Test("A throttled source backs off, then one request probes, and its success releases the others")
    func throttled() async {
        let transport = FakeTransport(holding: true) { _, number in
            number == 0 ? .response(429, headers: [HTTPHeader("Retry-After", "7")]) : Self.success
        }
        let source = Source(transport, retries: 0)
        let first = Task { await source.send() }
        await transport.waitForRequests(1)
        transport.release(1)
        #expect(Self.reason(await first.value) == .throttled)
        #expect(source.client.isThrottled)
        let others = (0..<5).map { _ in Task { await source.send() } }
        await source.clock.waitForSleepers(5)
        source.clock.advance(by: .seconds(7) - .nanoseconds(1))
        #expect(transport.requests.count == 1)
        source.clock.advance(by: .nanoseconds(1))
        await transport.waitForRequests(2)
        #expect(transport.inFlight == 1)
        transport.release()
        for other in others { #expect(await other.value == .success("{}")) }
        #expect(!source.client.isThrottled)
        #expect(transport.requests.count == 6)
    }

    @Test("A request that would wait for a throttled source beyond the interval fails as throttled")
    func throttledTooLong() async {
        let source = Source(FakeTransport([.response(429, headers: [HTTPHeader("Retry-After", "61")])]), retries: 3)
        #expect(Self.reason(await source.send()) == .throttled)
        #expect(Self.reason(await source.send()) == .throttled)
        #expect(source.transport.requests.count == 1)
    }

    @Test("A step of the wall clock changes no decision", arguments: [-86_400, 86_400] as [Int64])
    func wallClock(_ step: Int64) async {
        let transport = FakeTransport([.response(429, headers: [HTTPHeader("Retry-After", "7")]), Self.success])
        let source = Source(transport, retries: 1)
        let request = Task { await source.send() }
        await transport.waitForRequests(1)
        await source.clock.waitForSleepers(1)
        source.clock.stepWall(bySeconds: step)
        #expect(transport.requests.count == 1)
        source.clock.advance(by: .seconds(7))
        #expect(await request.value == .success("{}"))
    }

    @Test("A source with hanging requests doesn't delay another source")
    func otherSource() async {
        let limiter = RequestLimiter(concurrency: 4, clock: ManualClock())
        func client(_ name: String, _ transport: FakeTransport) -> SourceClient {
            SourceClient(
                source: name, transport: transport, credentials: TokenCredentials(.value(Secret("t"))),
                clock: ManualClock(), limiter: limiter,
                settings: Self.settings(retries: 0))
        }
        let hanging = FakeTransport(holding: true) { _, _ in Self.success }
        let (bad, good) = (client("bad", hanging), client("good", FakeTransport([Self.success])))
        let stuck = (0..<9).map { _ in
            Task { try? await bad.send(.listEndpoints, url: "https://h/b", turn: bad.turn(of: "w")) { _ in true } }
        }
        await hanging.waitForRequests(3)
        for _ in 0..<5 {
            let answer = try? await good.send(.listEndpoints, url: "https://h/g", turn: good.turn(of: "w")) { _ in
                true
            }
            #expect(answer == true)
        }
        #expect(hanging.requests.count == 3)
        for task in stuck { task.cancel() }
        for task in stuck { _ = await task.value }
    }
}

/// A clock whose sleeps return at once.
private struct ImpatientClock: ExporterClock {
    var now: ContinuousClock.Instant { .now }
    var wallMicroseconds: Int64 { 0 }
    func sleep(until deadline: ContinuousClock.Instant) async throws {}
}
