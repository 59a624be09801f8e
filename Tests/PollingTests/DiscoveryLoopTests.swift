// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Polling

@Suite("Discovery loop", .timeLimit(.minutes(5)))
struct DiscoveryLoopTests {
    @Test("The first and each changed list of workspaces is reported, ordered by id, even if empty")
    func changes() async {
        let answers = [
            DiscoveryScene.page("b", "a"), DiscoveryScene.page("a", "b"), DiscoveryScene.page("b", "c"),
            DiscoveryScene.page(), DiscoveryScene.page(),
        ]
        let scene = DiscoveryScene { answers[$0] }
        #expect(scene.lines.isEmpty)
        #expect(await scene.step() == ["a", "b"])
        #expect(scene.lines == ["last_success_timestamp_seconds 1800000000", "up 1", "workspaces 2"])
        scene.clock.advance(by: .seconds(300))
        #expect(await scene.step() == nil)
        #expect(scene.lines == ["last_success_timestamp_seconds 1800000300", "up 1", "workspaces 2"])
        #expect(await scene.step() == ["b", "c"])
        #expect(await scene.step() == [])
        #expect(await scene.step() == nil)
        #expect(
            scene.log.take() == [
                "info: workspaces discovered added=2 removed=0 source=prod workspaces=2",
                "info: workspaces discovered added=1 removed=1 source=prod workspaces=2",
                "warning: discovery found no workspaces to poll found=0 found_before=2 left_out=0 left_out_before=0 "
                    + "source=prod",
                "info: workspaces discovered added=0 removed=2 source=prod workspaces=0",
            ])
    }

    @Test("Losing all workspaces is logged once as a warning, even across failures, and its end as a notice")
    func lostAll() async {
        let answers = [
            DiscoveryScene.page(), DiscoveryScene.page(), .status(502, body: ""), DiscoveryScene.page(),
            DiscoveryScene.page("a"),
        ]
        let scene = DiscoveryScene { answers[$0] }
        #expect(await scene.step() == [])
        #expect(
            scene.log.take() == [
                "warning: discovery found no workspaces to poll found=0 left_out=0 source=prod",
                "info: workspaces discovered added=0 removed=0 source=prod workspaces=0",
            ])
        #expect(await scene.step() == nil)
        #expect(scene.log.take().isEmpty)
        for _ in 0..<2 { #expect(await scene.step() == nil) }
        #expect(!scene.log.take().contains { $0.hasPrefix("warning") })
        #expect(await scene.step() == ["a"])
        #expect(
            scene.log.take().first
                == "notice: discovery found workspaces to poll again found=1 found_before=0 left_out=0 "
                + "left_out_before=0 source=prod")
    }

    @Test("Patterns that omit all workspaces cause a warning, and the status has both numbers")
    func leftOut() async {
        let scene = DiscoveryScene(countSelected: { _ in 0 }) { _ in DiscoveryScene.page("a", "b", "c") }
        #expect(await scene.step() == ["a", "b", "c"])
        #expect(
            scene.log.take().first
                == "warning: discovery found no workspaces to poll found=3 left_out=3 source=prod")
        #expect(scene.lines.contains("workspaces 3") && scene.lines.contains("up 1"))
        let status = scene.store.statuses()["prod"]
        #expect(status?.workspaces == 3 && status?.selected == 0)
    }

    @Test("A fall below half causes a warning with both numbers")
    func fall() async {
        let answers = [DiscoveryScene.page("a", "b", "c", "d", "e"), DiscoveryScene.page("a", "b")]
        let scene = DiscoveryScene { answers[$0] }
        _ = await scene.step()
        _ = scene.log.take()
        _ = await scene.step()
        #expect(
            scene.log.take().first
                == "warning: discovery found fewer than half of the previous workspaces found=2 found_before=5 "
                + "left_out=0 left_out_before=0 source=prod")
    }

    @Test("An empty first list is reported")
    func emptyFirst() async {
        let scene = DiscoveryScene { _ in DiscoveryScene.page() }
        #expect(await scene.step() == [])
        #expect(await scene.step() == nil)
    }

    @Test("A changed name or project is reported")
    func renamed() async {
        let scene = DiscoveryScene { number in
            .page(of: ["{\"id\":\"a\",\"name\":\"n\(number / 2)\"}"], key: "workspaces")
        }
        #expect(await scene.step() == ["a"])
        #expect(await scene.step() == nil)
        _ = scene.log.take()
        #expect(await scene.step() == ["a"])
        // Changed names are logged only at level debug, because they may change with every list.
        #expect(scene.log.take() == ["debug: workspaces discovered added=0 removed=0 source=prod workspaces=1"])
    }

    @Test("A failure keeps the last known workspaces and is logged when it begins, changes and ends")
    func failure() async {
        let answers: [StubListTransport.Answer] = [
            .status(403, body: #"{"error_code":403,"error_msg":"no"}"#), DiscoveryScene.page("a"),
            .status(502, body: ""), .status(502, body: ""), .failure(TransportFailure(.tls, "bad certificate")),
            DiscoveryScene.page("a"),
        ]
        let scene = DiscoveryScene { answers[$0] }
        #expect(await scene.step() == nil)
        #expect(scene.lines == [#"failures_total{reason="forbidden"} 1"#, "up 0"])
        #expect(
            scene.log.take() == [
                "error: discovery failed; continuing with known workspaces error=no error_code=403 "
                    + "http_status=403 reason=forbidden source=prod"
            ])
        #expect(await scene.step() == ["a"])
        #expect(
            scene.log.take() == [
                "notice: discovery recovered reason=forbidden source=prod",
                "info: workspaces discovered added=1 removed=0 source=prod workspaces=1",
            ])
        for _ in 0..<3 { #expect(await scene.step() == nil) }
        #expect(
            scene.lines == [
                #"failures_total{reason="forbidden"} 1"#, #"failures_total{reason="server"} 2"#,
                #"failures_total{reason="tls"} 1"#, "last_success_timestamp_seconds 1800000000", "up 0",
                "workspaces 1",
            ])
        // The workspaces are those from before the failure, so there is no change.
        #expect(await scene.step() == nil)
        #expect(
            scene.log.take().map { $0.split(separator: " error").first ?? "" } == [
                "error: discovery failed; continuing with known workspaces",
                "debug: discovery still failing",
                "error: discovery failed, reason changed",
                "notice: discovery recovered reason=tls source=prod",
            ])
    }

    @Test(
        "Skipped records are logged when the first one appears and when the last one is gone"
    )
    func skipped() async {
        let scene = DiscoveryScene { number in
            let rows = [#"{"id":"a","name":7}"#] + Array(repeating: "{}", count: number + 1)
            return number < 4 ? .page(of: rows, key: "workspaces") : DiscoveryScene.page("a")
        }
        #expect(await scene.step() == ["a"])
        #expect(
            scene.log.take().first
                == "warning: workspace list has malformed records "
                + "malformed_fields=1 skipped_records=1 source=prod")
        for _ in 0..<3 { _ = await scene.step() }
        #expect(scene.log.take().isEmpty)
        _ = await scene.step()
        #expect(
            scene.log.take() == ["notice: workspace list no longer has malformed records source=prod"])
    }

    @Test("A discovery times out after two intervals")
    func deadline() async {
        let scene = DiscoveryScene { _ in .hang }
        async let step = scene.step()
        await scene.transport.waitForRequests(1)
        // Only the deadline sleeps on the clock; the transport implements the request's timeout.
        await scene.clock.waitForSleepers(1)
        scene.clock.advance(by: .seconds(600))
        #expect(await step == nil)
        #expect(scene.lines == [#"failures_total{reason="timeout"} 1"#, "up 0"])
        #expect(scene.log.take().first?.contains("the poll as a whole took longer than 600.0 seconds") == true)
    }

    @Test("A canceled discovery has no effect")
    func cancelled() async {
        let scene = DiscoveryScene { _ in .hang }
        let run = Task { await scene.loop.run() }
        await scene.transport.waitForRequests(1)
        run.cancel()
        await run.value
        #expect(scene.lines.isEmpty)
        #expect(scene.log.take().isEmpty)
        #expect(scene.reported.take() == nil)
    }

    @Test("The first discovery starts immediately, the others on the grid; slots during a discovery are skipped")
    func grid() async {
        let clock = ManualClock()
        let begin = clock.now
        let times = Mutex<[Duration]>([])
        let scene = DiscoveryScene(clock: clock) { number in
            times.withLock { $0.append(clock.now - begin) }
            return number == 2 ? .hang : DiscoveryScene.page("w\(number)")
        }
        let interval = Duration.seconds(300)
        let schedule = PollSchedule(start: begin, interval: interval, spread: PollSchedule.spread(of: "prod"))
        let second = schedule.next(after: begin, pollBegan: begin).slot - begin
        let run = Task { await scene.loop.run() }
        var reported = scene.reported.stream.makeAsyncIterator()
        #expect(await reported.next() == ["w0"])
        // The change is reported at the end of a discovery, so the next sleeper is the wait for a slot.
        await clock.waitForSleepers(1)
        clock.advance(by: second)
        #expect(await reported.next() == ["w1"])
        await clock.waitForSleepers(1)
        clock.advance(by: interval)
        await scene.transport.waitForRequests(3)
        await clock.waitForSleepers(1)
        clock.advance(by: interval)
        // This slot is skipped, and so is the next one, which coincides with the deadline.
        #expect(scene.transport.urls.count == 3)
        clock.advance(by: interval)
        await clock.waitForSleepers(1)
        clock.advance(by: interval)
        #expect(await reported.next() == ["w3"])
        run.cancel()
        await run.value
        #expect(times.withLock { $0 } == [.zero, second, second + interval, second + interval * 4])
        #expect(second <= interval && second >= interval / 4)
    }
}
