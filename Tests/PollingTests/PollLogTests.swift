// SPDX-License-Identifier: Apache-2.0
import Fabric
import HTTPClient
import Logging
import TestSupport
import Testing

@testable import Listings
@testable import Polling

@Suite("Poll log")
struct PollLogTests {
    @Test("A failure is logged when it begins, changes and ends, not at every poll")
    func failures() async {
        let forbidden = StubCloud.Answer.response(
            status: 403, headers: [HTTPHeader("X-Request-Id", "r-1")],
            body: #"{"error_code":"F.403","error_msg":"no right"}"#)
        let polled = PolledWorkspace(
            StubCloud(
                .listing(), forbidden, forbidden, .failure(.connect), .failure(.connect), forbidden, .listing(),
                .listing()))
        var logged: [[String]] = []
        for _ in 0..<8 {
            await polled.poller.poll()
            logged.append(polled.record.take())
        }
        let details =
            "error=no right error_code=F.403 http_status=403 listing=endpoints reason=forbidden request_id=r-1"
        let own = "source=cn-north-4"
        let id = "workspace=lake workspace_id=w1"
        #expect(
            logged == [
                [],
                ["error: poll failed \(details) \(own) \(id)"],
                [],
                [
                    """
                    error: poll failed, reason changed error=stubbed connect listing=endpoints reason=network \
                    \(own) \(id)
                    """
                ],
                [],
                ["error: poll failed, reason changed \(details) \(own) \(id)"],
                ["notice: poll recovered listing=endpoints reason=forbidden \(own) \(id)"],
                [],
            ])
    }

    @Test("Log lines have the workspace's name and id, or only the id without a name")
    func names() async {
        let polled = PolledWorkspace(StubCloud(.failure(.connect), .failure(.connect), .failure(.connect)))
        await polled.poller.poll()
        #expect(polled.record.take().first?.hasSuffix(" workspace=lake workspace_id=w1") == true)
        polled.poller.log.setName(
            of: Workspace(key: Workspace.lake.key, name: "sea", baseURL: "https://fabric.example"))
        await polled.poller.poll()
        #expect(polled.record.take(from: .debug).first?.hasSuffix(" workspace=sea workspace_id=w1") == true)
        await polled.poller(of: "w2").poll()
        #expect(polled.record.take().first?.hasSuffix(" source=cn-north-4 workspace_id=w2") == true)
    }

    @Test("Malformed records are logged when the first one appears and when the last one is gone")
    func malformed() async {
        let good = #""id":"a","status":"RUNNING""#
        let bad = #""name":"x""#
        let polled = PolledWorkspace(
            StubCloud(
                .listing(good), .listing(good, bad), .listing(good, bad), .failure(.connect), .listing(good, bad),
                .listing(good, bad, bad), .listing(good)))
        var logged: [[String]] = []
        for _ in 0..<7 {
            await polled.poller.poll()
            logged.append(polled.record.take().filter { !$0.contains(": poll ") })
        }
        let line = """
            warning: listing has malformed records cut_values=0 listing=endpoints malformed_fields=0 skipped_records=1 \
            source=cn-north-4 workspace=lake workspace_id=w1
            """
        let over =
            "notice: listing no longer has malformed records listing=endpoints source=cn-north-4 workspace=lake workspace_id=w1"
        #expect(logged == [[], [line], [], [], [], [], [over]])
    }

    @Test("An endpoint's error is logged once for each change of code or message")
    func endpointErrors() async {
        func row(_ code: String?, _ message: String = "broken") -> StubCloud.Answer {
            let error = code.map { #","error_code":"\#($0)","error_msg":"\#(message)""# } ?? ""
            return .listing(#""id":"a","name":"n","status":"UPDATE_FAILED"\#(error)"#)
        }
        let polled = PolledWorkspace(
            StubCloud(
                row("F.1"), row("F.1"), .failure(.connect), row("F.1"), row("F.2"), row("F.2", "worse"), row(nil),
                row("F.2", "worse"), .listing(#""id":"a","status":"RUNNING""#)))
        var logged: [[String]] = []
        for _ in 0..<9 {
            await polled.poller.poll()
            logged.append(polled.record.take().filter { $0.contains("endpoint error") })
        }
        func line(_ code: String, _ message: String) -> String {
            """
            warning: endpoint error endpoint_id=a endpoint_name=n endpoint_status=UPDATE_FAILED error_code=\(code) \
            error_msg=\(message) listing=endpoints source=cn-north-4 workspace=lake workspace_id=w1
            """
        }
        #expect(
            logged == [
                [line("F.1", "broken")], [], [], [], [line("F.2", "broken")], [line("F.2", "worse")], [],
                [line("F.2", "worse")], [],
            ])
    }

    /// Returns a listing of `count` failed endpoints with this message.
    private static func failed(_ count: Int, _ message: String) -> StubCloud.Answer {
        let rows = (0..<count).map {
            #"{"id":"e\#($0)","status":"CREATE_FAILED","error_code":"F.1","error_msg":"\#(message)"}"#
        }
        return .body(#"{"endpoints":[\#(rows.joined(separator: ","))],"total":\#(count)}"#)
    }

    /// Polls once per answer, `interval` apart, and returns the lines about endpoint errors of each poll.
    private func polls(
        _ polled: PolledWorkspace, interval: Duration, _ answers: [StubCloud.Answer]
    ) async -> [(errors: Int, unlogged: [String])] {
        let (log, poller) = (polled.poller.log, polled.poller)
        var logged: [(errors: Int, unlogged: [String])] = []
        for answer in answers {
            polled.cloud.answer(answer)
            _ = await poller.pollInTurn()
            log.noteUnlogged(by: polled.clock.now + interval)
            let lines = polled.record.take()
            logged.append(
                (
                    lines.count { $0.contains(": endpoint error ") },
                    lines.filter { $0.contains("endpoint errors suppressed") }
                ))
            polled.clock.advance(by: interval)
        }
        return logged
    }

    private static func unlogged(_ count: Int) -> String {
        "warning: endpoint errors suppressed count=\(count) listing=endpoints source=cn-north-4 workspace=lake workspace_id=w1"
    }

    @Test("Unique messages cause at most 60 lines per minute and one with the number of the others")
    func endlessErrors() async {
        let answers = (0..<8).map { Self.failed(50, "attempt \($0)") }
        let logged = await polls(PolledWorkspace(StubCloud(.listing())), interval: .seconds(15), answers)
        #expect(logged.map(\.errors) == [50, 10, 0, 0, 50, 10, 0, 0])
        // The second poll drops the first line; a minute later is before the end of the fifth poll's interval.
        #expect(logged.map(\.unlogged) == [[], [], [], [], [Self.unlogged(140)], [], [], []])
    }

    @Test("Dropped lines are reported before the minute ends if the next poll is later, and after a failed poll")
    func unloggedErrors() async {
        let polled = PolledWorkspace(StubCloud(.listing()))
        #expect(
            await polls(polled, interval: .seconds(60), [Self.failed(90, "a"), .listing()]).map(\.unlogged) == [
                [Self.unlogged(30)], [],
            ])
        let other = PolledWorkspace(StubCloud(.listing()))
        #expect(
            await polls(other, interval: .seconds(30), [Self.failed(80, "a"), .failure(.connect), .listing()])
                .map(\.unlogged) == [[], [Self.unlogged(20)], []])
    }

    @Test("A single poll reports its dropped lines")
    func singlePoll() async {
        let polled = PolledWorkspace(StubCloud(Self.failed(61, "a")))
        await polled.poller.poll()
        #expect(polled.record.take().last == Self.unlogged(1))
    }

    @Test("A token that the API echoes is in no log line and on no page")
    func secret() async {
        let polled = PolledWorkspace(StubCloud(.body(#"{"error_msg":"bad token-of-the-poller here"}"#, status: 400)))
        await polled.poller.poll()
        let lines = polled.record.take(from: .trace)
        #expect(lines.count == 1)
        #expect(!(lines.joined() + polled.page()).contains("token-of-the-poller"))
    }

    @Test("Failed queries are logged when they begin, change and end, by query")
    func queries() {
        let record = RecordingLogHandler.Record()
        let log = PollLog(of: PoolListing.self, of: .lake, logger: .recording(record))
        func failed(_ query: PoolQuery, _ reason: FailureReason, _ count: Int = 2) -> ListingSummary.FailedQuery {
            .init(query: query, count: count, failure: APIFailure(reason, "it failed"))
        }
        let steps: [[ListingSummary.FailedQuery]] = [
            [], [failed(.utilization, .server)], [failed(.utilization, .server, 3)],
            [failed(.allocatable, .forbidden), failed(.utilization, .timeout)], [failed(.allocatable, .forbidden)], [],
        ]
        var logged: [[String]] = []
        for step in steps {
            log.noteQueries(failed: step)
            logged.append(record.take())
        }
        let place = "source=cn-north-4 workspace=lake workspace_id=w1"
        func line(_ message: String, _ query: String, _ reason: String) -> String {
            "error: \(message) error=it failed failed_queries=2 listing=pools query=\(query) reason=\(reason) \(place)"
        }
        #expect(
            logged == [
                [], [line("queries failed; their values are not exported", "utilization", "server")], [],
                [
                    line("queries failed; their values are not exported", "allocatable", "forbidden"),
                    line("queries failed, reason changed", "utilization", "timeout"),
                ],
                ["notice: queries recovered listing=pools query=utilization reason=timeout \(place)"],
                ["notice: queries recovered listing=pools query=allocatable reason=forbidden \(place)"],
            ])
    }
}
