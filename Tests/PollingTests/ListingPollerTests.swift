// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Fabric
import HTTPClient
import Logging
import TestSupport
import Testing

@testable import Polling

@Suite("Listing poller")
struct ListingPollerTests {
    @Test("A successful poll is published", arguments: ExpositionFormat.allCases)
    func success(format: ExpositionFormat) async throws {
        let workspace = Workspace(
            key: WorkspaceKey(source: "cn-north-4", workspaceID: "w1"), name: "数据 \"lake\"", regionID: "cn-north-4",
            baseURL: "https://fabric.example/", enterpriseProjectID: "ep-1", isDiscovered: true)
        let cloud = StubCloud(
            .listing(
                #""id":"0123456789abcdeffedcba9876543210","name":"n","type":"INFERENCE","status":"RUNNING""#,
                #""id":"xxxxx","type":"SQL","status":"CREATING","create_time":"2027-01-15T07:59:00.250Z""#,
                #""name":"without an id","status":7"#))
        let polled = PolledWorkspace(cloud, workspace: workspace)
        await polled.poller.poll()
        try goldens.check(polled.page(format), "success.\(format.suffix)")
        #expect(cloud.urls == ["https://fabric.example/v1/workspaces/w1/endpoints?limit=100&offset=0"])
    }

    static let failures: [(answer: StubCloud.Answer, reason: FailureReason)] = [
        (.body("{}", status: 401), .unauthenticated), (.body("{}", status: 403), .forbidden),
        (.body("{}", status: 404), .notFound),
        (.body(#"{"error_code":"dataartsfabric.00010003"}"#, status: 400), .notFound),
        (.body("{}", status: 400), .badRequest), (.body("{}", status: 429), .throttled),
        (.body(#"{"error_code":"APIG.0308"}"#, status: 403), .throttled), (.body("", status: 408), .timeout),
        (.body("", status: 504), .timeout), (.failure(.timeout), .timeout), (.body("", status: 500), .server),
        (.body("", status: 503), .server), (.failure(.resolve), .network), (.failure(.connect), .network),
        (.failure(.interrupted), .network), (.failure(.tls), .tls), (.failure(.tooLarge), .response),
        (.failure(.malformed), .response), (.body("<html>"), .response), (.body("[]"), .response),
        (.body("", status: 302), .response),
        (.body(#"{"endpoints":[],"total":5}"#), .inconsistent),
    ]

    @Test("Each failure is counted under exactly one reason", arguments: failures)
    func failure(answer: StubCloud.Answer, reason: FailureReason) async {
        let polled = PolledWorkspace(StubCloud(answer))
        await polled.poller.poll()
        for other in FailureReason.allCases {
            let value = polled.store.value(of: "workspace_poll_failures_total", reason: other.rawValue)
            #expect(value == (other == reason ? "1" : "0"), "\(other)")
        }
        #expect(polled.store.value(of: "workspace_up") == "0")
        #expect(polled.store.value(of: "workspace_polls_total") == "1")
        #expect(polled.store.value(of: "workspace_relists_total") == (reason == .inconsistent ? "3" : "0"))
        #expect(polled.store.value(of: "workspace_last_poll_timestamp_seconds") == "1800000000")
        #expect(polled.store.value(of: "workspace_last_success_timestamp_seconds") == nil)
        #expect(polled.store.domainSamples() == [])
    }

    @Test("A poll without a credential fails with reason credentials and sends no request")
    func credentials() async {
        let polled = PolledWorkspace(
            StubCloud(.listing()), credentials: TokenCredentials(.file(path: "/dev/null/no-such-token")))
        await polled.poller.poll()
        #expect(polled.store.value(of: "workspace_poll_failures_total", reason: "credentials") == "1")
        #expect(polled.cloud.urls == [])
    }

    static let deadlines: [(requestTimeout: Duration, limit: Duration)] = [
        (.seconds(10), .seconds(120)), (.seconds(50), .seconds(150)),
    ]

    @Test("A poll times out after two intervals or three request timeouts, whichever is longer", arguments: deadlines)
    func deadline(requestTimeout: Duration, limit: Duration) async {
        let polled = PolledWorkspace(StubCloud(.silence), requestTimeout: requestTimeout)
        let poll = Task { await polled.poller.poll() }
        await polled.cloud.waitForRequests(1)
        await polled.clock.waitForSleepers(1)
        polled.clock.advance(by: limit - .nanoseconds(1))
        #expect(polled.store.value(of: "workspace_polls_total") == "0")
        polled.clock.advance(by: .nanoseconds(1))
        await poll.value
        #expect(polled.store.value(of: "workspace_poll_failures_total", reason: "timeout") == "1")
        #expect(
            polled.store.value(of: "workspace_last_poll_duration_seconds") == "\(limit.components.seconds)")
        #expect(polled.record.take().count == 1)
    }

    @Test("A listing that completes exactly at the deadline is published")
    func completeAtDeadline() async {
        let clock = ManualClock()
        let transport = LastMomentTransport(#"{"endpoints":[{"id":"a"}],"total":1}"#)
        let polled = PolledWorkspace(through: transport, clock: clock)
        let poll = Task { await polled.poller.poll() }
        await transport.waitForRequest()
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(120))
        await poll.value
        #expect(polled.store.value(of: "workspace_up") == "1")
        #expect(polled.store.value(of: "workspace_listed_records") == "1")
        #expect(polled.store.value(of: "workspace_polls_total") == "1")
        #expect(polled.store.value(of: "workspace_poll_failures_total", reason: "timeout") == "0")
    }

    @Test("A listing that completes as the poll is canceled is not published")
    func completeAtCancellation() async {
        let transport = LastMomentTransport(#"{"endpoints":[{"id":"a"}],"total":1}"#)
        let polled = PolledWorkspace(through: transport)
        let before = polled.page()
        let poll = Task { await polled.poller.poll() }
        await transport.waitForRequest()
        poll.cancel()
        await poll.value
        #expect(polled.page() == before)
    }

    @Test("A canceled poll has no effect")
    func cancelled() async {
        let polled = PolledWorkspace(StubCloud(.silence))
        let before = (polled.store.version, polled.page())
        let poll = Task { await polled.poller.poll() }
        await polled.cloud.waitForRequests(1)
        poll.cancel()
        await poll.value
        #expect(polled.store.version == before.0 && polled.page() == before.1)
        #expect(polled.record.take(from: .trace) == [])
    }

    @Test("A workspace is polled immediately and then on its grid, until the task is canceled")
    func grid() async {
        let polled = PolledWorkspace(StubCloud(.listing()))
        let run = Task { await polled.poller.run() }
        let spread = PollSchedule.spread(of: "cn-north-4/w1/endpoints")
        await polled.waitForRest(lines: 1)
        polled.clock.advance(by: PolledWorkspace.interval * (0.25 + 0.75 * spread))
        await polled.waitForRest(lines: 2)
        for polls in 3...5 {
            polled.clock.advance(by: PolledWorkspace.interval - .nanoseconds(1))
            #expect(polled.store.value(of: "workspace_polls_total") == "\(polls - 1)")
            polled.clock.advance(by: .nanoseconds(1))
            await polled.waitForRest(lines: polls)
        }
        #expect(polled.store.value(of: "workspace_polls_skipped_total") == "0")
        run.cancel()
        await run.value
        #expect(polled.store.value(of: "workspace_polls_total") == "5")
    }

    @Test("A slot during a poll is skipped, and the grid doesn't change")
    func skipped() async {
        let polled = PolledWorkspace(StubCloud(.silence))
        let run = Task { await polled.poller.run() }
        await polled.cloud.waitForRequests(1)
        await polled.clock.waitForSleepers(1)
        // The poll ends at its deadline, after two intervals, which include two slots.
        polled.cloud.answer(.listing())
        polled.clock.advance(by: PolledWorkspace.interval * 2)
        await polled.waitForRest(lines: 1)
        #expect(polled.store.value(of: "workspace_polls_skipped_total") == "2")
        #expect(polled.cloud.urls.count == 1)
        let spread = PollSchedule.spread(of: "cn-north-4/w1/endpoints")
        polled.clock.advance(by: PolledWorkspace.interval * (0.25 + 0.75 * spread))
        await polled.waitForRest(lines: 3)
        #expect(polled.store.value(of: "workspace_polls_skipped_total") == "2")
        run.cancel()
        await run.value
    }
}

extension PolledWorkspace {
    /// Suspends until `lines` lines have been logged, one at the end of each poll, and the poller sleeps until its next
    /// slot.
    func waitForRest(lines: Int) async {
        await record.wait(forLines: lines)
        await clock.waitForSleepers(1)
    }
}

/// A transport that responds when its task is canceled.
private final class LastMomentTransport: HTTPTransport {
    private let body: String
    private let requested = ChangeSignal()

    init(_ body: String) { self.body = body }

    func waitForRequest() async { await requested.wait(beyond: 0) }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        requested.notify()
        await untilCancelled()
        return HTTPResponse(status: 200, headers: [], body: Array(body.utf8), receivedBytes: body.utf8.count)
    }
}
