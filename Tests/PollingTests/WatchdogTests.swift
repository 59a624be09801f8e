// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Fabric
@testable import Polling

@Suite("The watchdog")
struct WatchdogTests {
    private let start = ContinuousClock.now

    @Test("finds a stall once there has been no progress for the whole time, and looks every second")
    func stall() {
        var watchdog = Watchdog(stallAfter: .seconds(240), now: start)
        #expect(!watchdog.isDue(start + .milliseconds(999)))
        #expect(watchdog.isDue(start + .seconds(1)))
        for second in 1..<240 {
            let now = start + .seconds(second)
            watchdog.look(now)
            #expect(watchdog.stall(since: start, now: now) == nil)
        }
        #expect(watchdog.stall(since: start, now: start + .seconds(240)) == .seconds(240))
        #expect(watchdog.stall(since: start + .seconds(1), now: start + .seconds(240)) == nil)
    }

    @Test("does not count a time in which the whole process was paused")
    func pause() {
        var watchdog = Watchdog(stallAfter: .seconds(240), now: start)
        watchdog.look(start + .seconds(3_600))
        #expect(watchdog.stall(since: start, now: start + .seconds(3_600)) == nil)
        watchdog.look(start + .seconds(3_720))
        #expect(watchdog.stall(since: start, now: start + .seconds(3_839)) == nil)
        #expect(watchdog.stall(since: start, now: start + .seconds(3_840)) == .seconds(240))
    }
}

@Suite("Polls that do not end", .timeLimit(.minutes(5)))
struct WatchdogStalledPollTests {
    @Test("are found stalled whatever the cause, told once, and over when a poll ends")
    func stalled() async {
        let transport = DeafTransport()
        let polled = PolledWorkspace(through: transport)
        let poll = Task { await polled.poller.poll() }
        await transport.waitForRequest()
        for _ in 0..<239 {
            polled.clock.advance(by: .seconds(1))
            #expect(!polled.store.isEveryListStalled)
        }
        #expect(polled.store.value(of: "workspace_up") == nil)
        let version = polled.store.version
        polled.clock.advance(by: .seconds(1))
        #expect(polled.store.isEveryListStalled)
        #expect(polled.store.version > version)
        let stalls = polled.store.takeStalls()
        #expect(stalls.map(\.place) == [polled.place])
        #expect(stalls.first?.failure.message == "no poll has ended for 240 s; the last one has started but not ended")
        #expect(polled.store.value(of: "workspace_up") == "0")
        #expect(polled.store.value(of: "workspace_polls_total") == "0")
        #expect(polled.store.value(of: "workspace_poll_failures_total", reason: "stalled") == "1")
        #expect(polled.store.value(of: "workspace_failing_since_timestamp_seconds") == "1800000240")
        #expect(polled.store.value(of: "workspace_last_poll_timestamp_seconds") == nil)
        #expect(polled.store.statuses().first?.failure?.reason == .stalled)
        for _ in 0..<600 {
            polled.clock.advance(by: .seconds(1))
            #expect(polled.store.takeStalls().isEmpty)
        }
        #expect(polled.store.value(of: "workspace_poll_failures_total", reason: "stalled") == "1")
        transport.answer()
        await poll.value
        #expect(!polled.store.isEveryListStalled)
        #expect(polled.store.value(of: "workspace_polls_total") == "1")
        #expect(polled.store.value(of: "workspace_poll_failures_total", reason: "timeout") == "1")
        #expect(polled.store.value(of: "workspace_failing_since_timestamp_seconds") == "1800000240")
        await polled.poller.poll()
        #expect(polled.store.value(of: "workspace_up") == "1")
        #expect(polled.store.value(of: "workspace_failing_since_timestamp_seconds") == nil)
    }

    @Test("are found stalled one by one: others are not, and the process is healthy while one of them is polled")
    func oneOfTwo() async {
        let transport = DeafTransport()
        let polled = PolledWorkspace(through: transport)
        let poll = Task { await polled.poller.poll() }
        await transport.waitForRequest()
        transport.answersOthers()
        let other = polled.poller(of: "w2")
        for _ in 0..<5 {
            await other.poll()
            for _ in 0..<60 {
                polled.clock.advance(by: .seconds(1))
                _ = polled.store.version
            }
        }
        #expect(!polled.store.isEveryListStalled)
        #expect(polled.store.takeStalls().map(\.place) == [polled.place])
        transport.answer()
        await poll.value
    }

    @Test("because no credential comes end with that reason")
    func credentials() async {
        let credentials = NoCredentials()
        let polled = PolledWorkspace(StubCloud(.listing()), credentials: credentials)
        let poll = Task { await polled.poller.poll() }
        await credentials.waitForRequest()
        await polled.clock.waitForSleepers(1)
        polled.clock.advance(by: .seconds(120))
        await poll.value
        #expect(polled.store.value(of: "workspace_poll_failures_total", reason: "credentials") == "1")
        #expect(polled.cloud.urls == [])
    }

    @Test("because they wait for their turn are neither stalled nor too long, and `up` keeps its value")
    func waiting() async {
        let polled = PolledWorkspace(StubCloud(.listing()), requestsPerSecond: 0.01)
        await polled.poller.poll()
        let pollers = [polled.poller] + (2...6).map { polled.poller(of: "w\($0)") }
        let polls = pollers.map { poller in Task { await poller.poll() } }
        while polled.limiter.waiting < 6 { await Task.yield() }
        for turn in 1...6 {
            for _ in 0..<100 {
                polled.clock.advance(by: .seconds(1))
                // Those that had their turn are not polled again by this test.
                #expect(polled.store.takeStalls().allSatisfy { $0.failure.message.hasSuffix("was never started") })
            }
            await polled.record.wait(forLines: 1 + turn)
        }
        for poll in polls { await poll.value }
        let up = polled.store.page().split(separator: "\n").filter {
            $0.hasPrefix("dataarts_fabric_workspace_polls_total{")
        }
        #expect(up.map { $0.suffix(2) } == [" 2", " 1", " 1", " 1", " 1", " 1"])
        #expect(!polled.store.page().contains(#"reason="timeout"} 1"#))
        #expect(polled.store.value(of: "workspace_last_poll_duration_seconds") == "0")
    }

    @Test("within the interval because workspaces take turns are told once, with the length of a round")
    func round() async {
        let polled = PolledWorkspace(StubCloud(.listing()), requestsPerSecond: 0.01)
        await polled.poller(of: "w2").poll()
        _ = polled.record.take()
        let run = Task { await polled.poller.run() }
        while polled.limiter.waiting < 1 { await Task.yield() }
        polled.clock.advance(by: .seconds(100))
        await polled.record.wait(forLines: 3)
        #expect(polled.client.round == .seconds(100))
        #expect(
            polled.record.take().contains {
                $0.contains("polling all workspaces takes longer than the interval") && $0.contains("100")
            })
        #expect(polled.store.value(of: "workspace_polls_skipped_total") != "0")
        run.cancel()
        await run.value
    }
}

/// A transport that answers when the test says so, canceled or not.
private final class DeafTransport: HTTPTransport {
    private struct State {
        var isAnswering = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let requested = ChangeSignal()

    func waitForRequest() async { await requested.wait(beyond: 0) }

    /// Answers what waits, and what will come.
    func answer() {
        let waiting = state.withLock { state in
            state.isAnswering = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Answers what will come, and not what waits.
    func answersOthers() { state.withLock { $0.isAnswering = true } }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        requested.notify()
        await withCheckedContinuation { continuation in
            let isAnswering = state.withLock { state in
                if !state.isAnswering { state.waiting.append(continuation) }
                return state.isAnswering
            }
            if isAnswering { continuation.resume() }
        }
        if Task.isCancelled { throw TransportFailure(.canceled, "canceled") }
        let body = Array(#"{"endpoints":[],"total":0}"#.utf8)
        return HTTPResponse(status: 200, headers: [], body: body, receivedBytes: body.count)
    }
}

/// Credentials that never come.
private final class NoCredentials: CredentialProvider {
    private let requested = ChangeSignal()

    func waitForRequest() async { await requested.wait(beyond: 0) }

    func credential() async throws(CredentialFailure) -> Credential {
        requested.notify()
        await untilCancelled()
        throw CredentialFailure("canceled")
    }

    func replacement(for rejected: Credential) async throws(CredentialFailure) -> Credential? { nil }
}
