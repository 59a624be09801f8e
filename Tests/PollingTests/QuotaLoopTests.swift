// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Fabric
import HTTPClient
import TestSupport
import Testing

@testable import Polling

@Suite(.timeLimit(.minutes(1)))
struct QuotaLoopTests {
    /// A loop with an interval of one hour, and its dependencies.
    private struct LoopScene {
        let transport: StubCloud
        let clock = ManualClock()
        let log = RecordedLog()
        let store: QuotaStore
        let loop: QuotaLoop

        init(_ transport: StubCloud) {
            self.transport = transport
            store = QuotaStore(clock: clock)
            store.add("prod")
            let client = SourceClient(
                transport: transport, credentials: TokenCredentials(.value(Secret("MIIFtokenOfTheTests"))),
                clock: clock, limiter: RequestLimiter(concurrency: 16, clock: clock),
                settings: PollSettings(
                    timeout: .seconds(10), interval: .seconds(60), requestsPerSecond: 0, retries: 0,
                    maxResponseBytes: 1 << 20, pageSize: 100, maxEndpoints: 100))
            loop = QuotaLoop(
                source: "prod",
                lister: QuotaLister(
                    client: client, baseURL: "https://fabric.example", projectID: "p", maximumResources: 2),
                timing: PollTiming(
                    interval: .seconds(3_600), requestTimeout: .seconds(10), staleAfter: .seconds(10_800)),
                clock: clock, logger: log.logger, store: store)
        }

        /// The source's sample lines, without prefix and source label, and without zero failures.
        var lines: [String] {
            let page = MetricRegistry([QuotaFamilies.familyGroup]).render(.text, fragments: store.fragments())
            let prefix = "dataarts_fabric_quota_"
            return String(decoding: page, as: UTF8.self).split(separator: "\n")
                .filter { $0.hasPrefix(prefix) && !($0.contains("reason=") && $0.hasSuffix(" 0")) }
                .map { line in
                    String(line.dropFirst(prefix.count)).replacing(#"{source="prod"}"#, with: "")
                        .replacing(#"source="prod","#, with: "")
                }
        }
    }

    private static func quotas(_ rows: String...) -> StubCloud.Answer {
        .body(#"{"quotas":{"resources":[\#(rows.joined(separator: ","))]}}"#)
    }

    private static let compute = #"{"type":"compute","quota":100,"used":92}"#
    private static let unlimited = #"{"type":"workspace","quota":-1,"used":4}"#

    @Test func `The families follow the naming conventions`() {
        #expect(faults(of: QuotaFamilies.familyGroup.families).isEmpty)
        #expect(QuotaFamilies.seriesOfHealth == 2 + FailureReason.allCases.count)
    }

    @Test func `Before the first read there are only counters; then quotas, and no limit where there is none`() async {
        let scene = LoopScene(StubCloud(Self.quotas(Self.compute, Self.unlimited)))
        #expect(scene.lines.isEmpty && scene.store.failing == ["prod"])
        #expect(scene.store.statuses()["prod"]?.state == .pending)
        await scene.loop.step()
        #expect(
            scene.lines == [
                "last_success_timestamp_seconds 1800000000", #"limit{resource="compute"} 100"#, "up 1",
                #"used{resource="compute"} 92"#, #"used{resource="workspace"} 4"#,
            ])
        #expect(scene.store.failing.isEmpty)
        #expect(scene.transport.urls == ["https://fabric.example/v2/p/quotas"])
        #expect(scene.log.take() == ["debug: quotas read resources=2 source=prod"])
    }

    @Test func `A failure keeps the quotas until they are stale`() async {
        let scene = LoopScene(StubCloud(Self.quotas(Self.compute), .body("{}", status: 500)))
        await scene.loop.step()
        scene.clock.advance(by: .seconds(60))
        await scene.loop.step()
        let failing = scene.store.version
        #expect(
            scene.lines == [
                #"failures_total{reason="server"} 1"#, "last_success_timestamp_seconds 1800000000",
                #"limit{resource="compute"} 100"#, "up 0", #"used{resource="compute"} 92"#,
            ])
        let status = scene.store.statuses()["prod"]
        #expect(status?.state == .failing && status?.failure?.status == 500 && status?.isStale == false)
        #expect(status?.failingSince == Timestamp(microseconds: 1_800_000_060_000_000))
        scene.clock.advance(by: .seconds(10_739))
        #expect(scene.lines.count == 5 && scene.store.version == failing)
        scene.clock.advance(by: .seconds(1))
        #expect(scene.store.version != failing)
        #expect(
            scene.lines == [
                #"failures_total{reason="server"} 1"#, "last_success_timestamp_seconds 1800000000", "up 0",
            ])
        #expect(scene.store.statuses()["prod"]?.isStale == true)
        scene.transport.answer(Self.quotas(Self.unlimited))
        await scene.loop.step()
        #expect(scene.lines.contains(#"used{resource="workspace"} 4"#) && scene.lines.contains("up 1"))
        #expect(scene.store.statuses()["prod"]?.failingSince == nil)
    }

    @Test func `A failure is logged when it begins, changes and ends, and unusable values likewise`() async {
        let bad = #"{"type":"compute","quota":"x","used":-7}"#
        let scene = LoopScene(
            StubCloud(
                .body("no", status: 403), .body("no", status: 403), .body("{}"), Self.quotas(bad), Self.quotas(bad),
                Self.quotas(Self.compute, Self.unlimited, #"{"type":"z","quota":1,"used":1}"#), Self.quotas()))
        for _ in 0..<7 { await scene.loop.step() }
        #expect(
            scene.log.take().filter { !$0.hasPrefix("debug: quotas read") } == [
                "error: reading quotas failed; continuing with known quotas error=no http_status=403 reason=forbidden "
                    + "source=prod",
                "debug: reading quotas still failing error=no http_status=403 reason=forbidden source=prod",
                "error: reading quotas failed, reason changed error=the response is not a list of quotas "
                    + "reason=response source=prod",
                "notice: reading quotas recovered reason=response source=prod",
                "warning: quotas have unusable values; they are not exported dropped_resources=0 malformed_values=2 "
                    + "source=prod",
                "notice: quotas no longer have unusable values source=prod",
            ], "dropped resources count as unusable")
        #expect(scene.lines.contains("up 1"))
    }

    @Test func `A canceled read has no effect`() async {
        let scene = LoopScene(StubCloud(.silence))
        let run = Task { await scene.loop.run() }
        await scene.transport.waitForRequests(1)
        run.cancel()
        await run.value
        #expect(scene.lines.isEmpty && scene.log.take().isEmpty)
    }

    @Test func `Notes about a removed source have no effect, and a reset keeps the failures`() async {
        let scene = LoopScene(StubCloud(.body("{}", status: 500), Self.quotas(Self.compute)))
        for _ in 0..<2 { await scene.loop.step() }
        scene.store.reset("prod")
        #expect(scene.lines == [#"failures_total{reason="server"} 1"#])
        let before = scene.store.version
        scene.store.remove("prod")
        #expect(scene.store.version != before)
        await scene.loop.step()
        #expect(scene.lines.isEmpty && scene.store.statuses().isEmpty)
    }
}
