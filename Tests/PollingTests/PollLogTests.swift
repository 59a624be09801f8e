// SPDX-License-Identifier: Apache-2.0
import Logging
import TestSupport
import Testing
import Transport

@testable import Polling

@Suite("What polls log")
struct PollLogTests {
    @Test("A failure is logged when it begins, when it changes and when it ends, not at every poll")
    func failures() async {
        let refused = StubCloud.Answer.response(
            status: 403, headers: [HTTPHeader("X-Request-Id", "r-1")],
            body: #"{"error_code":"F.403","error_msg":"no right"}"#)
        let polled = PolledWorkspace(
            StubCloud(
                .listing(), refused, refused, .failure(.connect), .failure(.connect), refused, .listing(), .listing()))
        var logged: [[String]] = []
        for _ in 0..<8 {
            await polled.poller.poll()
            logged.append(polled.record.take())
        }
        let details = "error=no right error_code=F.403 reason=forbidden request_id=r-1"
        let own = "source=cn-north-4"
        let id = "workspace_id=w1"
        #expect(
            logged == [
                [],
                ["error: Polling the workspace fails. \(details) \(own) status=403 \(id)"],
                [],
                [
                    """
                    error: Polling the workspace fails for another reason. error=stubbed connect reason=network \
                    \(own) \(id)
                    """
                ],
                [],
                ["error: Polling the workspace fails for another reason. \(details) \(own) status=403 \(id)"],
                ["notice: Polling the workspace works again. reason=forbidden \(own) \(id)"],
                [],
            ])
    }

    @Test("Records without an id and malformed fields are logged when their numbers change")
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
            logged.append(polled.record.take().filter { !$0.contains("Polling the workspace") })
        }
        func line(_ skipped: Int) -> String {
            """
            warning: The listing holds records without an id or fields of a wrong type. malformed_fields=0 \
            skipped_records=\(skipped) source=cn-north-4 workspace_id=w1
            """
        }
        let over = """
            notice: The listing no longer holds records without an id or fields of a wrong type. source=cn-north-4 \
            workspace_id=w1
            """
        #expect(logged == [[], [line(1)], [], [], [], [line(2)], [over]])
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
            logged.append(polled.record.take().filter { $0.contains("An endpoint") })
        }
        func line(_ code: String, _ message: String) -> String {
            """
            warning: An endpoint has an error. endpoint_id=a endpoint_name=n error_code=\(code) error_msg=\(message) \
            source=cn-north-4 status=UPDATE_FAILED workspace_id=w1
            """
        }
        #expect(
            logged == [
                [line("F.1", "broken")], [], [], [], [line("F.2", "broken")], [line("F.2", "worse")], [],
                [line("F.2", "worse")], [],
            ])
    }

    @Test("A token that the service echoes reaches no log and no page")
    func secret() async {
        let polled = PolledWorkspace(StubCloud(.body(#"{"error_msg":"bad a-token here"}"#, status: 400)))
        await polled.poller.poll()
        let lines = polled.record.take(from: .trace)
        #expect(lines.count == 1 && !lines.joined().contains("a-token") && !polled.page().contains("a-token"))
    }
}
