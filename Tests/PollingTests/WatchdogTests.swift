// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Fabric
@testable import Polling

@Suite("Watchdog")
struct WatchdogTests {
    private let start = ContinuousClock.now

    @Test("A stall is detected after the limit without progress; checks are due every second")
    func stall() {
        var watchdog = Watchdog(stallAfter: .seconds(240), now: start)
        #expect(!watchdog.isDue(start + .milliseconds(999)))
        #expect(watchdog.isDue(start + .seconds(1)))
        for second in 1..<240 {
            let now = start + .seconds(second)
            watchdog.noteCheck(now)
            #expect(watchdog.stall(since: start, now: now) == nil)
        }
        #expect(watchdog.stall(since: start, now: start + .seconds(240)) == .seconds(240))
        #expect(watchdog.stall(since: start + .seconds(1), now: start + .seconds(240)) == nil)
    }

    @Test("Time in which the process was paused doesn't count")
    func pause() {
        var watchdog = Watchdog(stallAfter: .seconds(240), now: start)
        watchdog.noteCheck(start + .seconds(3_600))
        #expect(watchdog.stall(since: start, now: start + .seconds(3_600)) == nil)
        watchdog.noteCheck(start + .seconds(3_720))
        #expect(watchdog.stall(since: start, now: start + .seconds(3_839)) == nil)
        #expect(watchdog.stall(since: start, now: start + .seconds(3_840)) == .seconds(240))
    }
}

@Suite("Stalled polls", .timeLimit(.minutes(5)))
struct WatchdogStalledPollTests {
    @Test("A stall is reported once and ends with the next completed poll")
    func stalled() async {
        let transport = UncancellableTransport()
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
        #expect(stalls.map(\.handle) == [polled.handle])
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

    @Test("A stall affects only its listing, and the process stays healthy while another is polled")
    func oneOfTwo() async {
        let transport = UncancellableTransport()
        let polled = PolledWorkspace(through: transport)
        let poll = Task { await polled.poller.poll() }
        await transport.waitForRequest()
        transport.answerFutureRequests()
        let other = polled.poller(of: "w2")
        for _ in 0..<5 {
            await other.poll()
            for _ in 0..<60 {
                polled.clock.advance(by: .seconds(1))
                _ = polled.store.version
            }
        }
        #expect(!polled.store.isEveryListStalled)
        #expect(polled.store.takeStalls().map(\.handle) == [polled.handle])
        transport.answer()
        await poll.value
    }

    @Test("A listing that has recovered is found stalled again in its own time, also beside one with a longer interval")
    func twice() {
        let clock = ManualClock()
        let store = SnapshotStore(clock: clock)
        func add(_ listing: String, interval: Duration) -> SnapshotStore.ListingHandle {
            store.add(listing, of: .lake, PollTiming(interval: interval, requestTimeout: .seconds(10)))
        }
        let short = add("endpoints", interval: .seconds(60))
        _ = add("others", interval: .seconds(600))
        for _ in 0..<2 {
            for _ in 0..<239 {
                clock.advance(by: .seconds(1))
                #expect(store.takeStalls().isEmpty)
            }
            clock.advance(by: .seconds(1))
            #expect(store.takeStalls().map(\.handle) == [short])
            let endedAt = Timestamp(microseconds: clock.wallMicroseconds)
            let poll = PollHealth.PollResult(failure: nil, relists: 0, duration: .seconds(1), endedAt: endedAt)
            store.note(poll, nil, for: short)
        }
    }

    @Test("A poll that waits for a credential times out with reason credentials")
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

    @Test("Polls that wait for the rate limit are neither stalled nor timed out")
    func waiting() async {
        let polled = PolledWorkspace(StubCloud(.listing()), requestsPerSecond: 0.01)
        await polled.poller.poll()
        let pollers = [polled.poller] + (2...6).map { polled.poller(of: "w\($0)") }
        let polls = pollers.map { poller in Task { await poller.poll() } }
        while polled.limiter.waiting < 6 { await Task.yield() }
        for turn in 1...6 {
            for _ in 0..<100 {
                polled.clock.advance(by: .seconds(1))
                // This test doesn't poll again after a poller's turn, so those may stall.
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

    @Test("Polling longer than the interval is logged once, with the duration of a round")
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

/// A transport that responds when the test calls ``answer()``, and ignores cancellation.
private final class UncancellableTransport: HTTPTransport {
    private struct State {
        var isAnswering = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let requested = ChangeSignal()

    func waitForRequest() async { await requested.wait(beyond: 0) }

    /// Responds to waiting and future requests.
    func answer() {
        let waiting = state.withLock { state in
            state.isAnswering = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Responds to future requests only.
    func answerFutureRequests() { state.withLock { $0.isAnswering = true } }

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

/// A provider that never returns a credential.
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
