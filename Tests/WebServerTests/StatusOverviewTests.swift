// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Listings
import Polling
import TestSupport
import Testing

@testable import WebServer

@Suite("Needs attention on status page and JSON")
struct StatusOverviewTests {
    /// Returns a row that entered its status `age` seconds ago.
    private static func row(
        _ id: String, _ status: String, age: Int64, code: String? = nil, visibility: String = "PRIVATE"
    ) -> JSONValue {
        let time = JSONValue.string(SampleReport.before(age).iso8601())
        return SampleReport.row(id, nil, status, code: code)
            .with(["create_time": time, "update_time": time, "visibility": .string(visibility)])
    }

    /// Returns a report of healthy workspaces with the rows of each.
    private static func report(_ workspaces: [[JSONValue]]) -> StatusReport {
        var report = SampleReport.large(workspaces.count)
        report.sources = [
            SourceStatus(
                name: "cn-north-4", region: nil, credential: .init(kind: .token),
                remedies: SourceRemedies(baseURL: "https://fabric.example", credential: .token), nextProbe: nil,
                discovery: nil)
        ]
        for (index, rows) in workspaces.enumerated() {
            report.workspaces[index].listings[0].exported = SampleReport.served(rows)
        }
        return report
    }

    /// Returns a report of workspaces that have never had a successful poll.
    private static func unreachable(_ count: Int, _ failure: ListingStatus.Failure?) -> StatusReport {
        var report = report(Array(repeating: [], count: count))
        for index in report.workspaces.indices {
            report.workspaces[index].listings = SampleReport.endpoints(
                failure.map { [SampleReport.poll(5, $0)] } ?? [], lastSuccess: nil,
                failingSince: failure.map { _ in SampleReport.before(90) }, nil)
        }
        return report
    }

    private static let network = ListingStatus.Failure(
        reason: .network, message: "cannot connect", status: nil, code: nil, requestID: nil)
    private static let stalled = ListingStatus.Failure(
        reason: .stalled, message: "no poll has ended for 300 s", status: nil, code: nil, requestID: nil)

    static let unknowns: [(String, StatusReport, target: String, line: String, state: String)] = [
        (
            "unreachable", unreachable(4, network), "",
            "Needs attention:</strong> 1 source, 4 workspaces down; no data from 4 of 4 workspaces.", "attention"
        ),
        (
            "stalled", unreachable(1, stalled), "",
            "Needs attention:</strong> 1 source, 1 workspace down; no data from 1 of 1 workspace.", "attention"
        ),
        ("pending", unreachable(2, nil), "", "Unknown:</strong> no data from 2 of 2 workspaces.", "unknown"),
        (
            "filter", report([[], []]), "?q=none",
            "Unknown:</strong> no workspaces match the filter (0 of 2 workspaces).", "unknown"
        ),
        (
            "no workspaces", SampleReport.blind(), "",
            "Needs attention:</strong> 3 sources; no workspaces configured or discovered.", "attention"
        ),
    ]

    @Test("Without data the page is not ok, says why before anything else, and shows no zeros", arguments: unknowns)
    func unknown(name: String, report: StatusReport, target: String, line: String, state: String) async throws {
        let web = Web(report: report)
        let page = await web.get("/" + target).text
        let main = try #require(page.split(separator: "<h1>Status</h1>").last)
        #expect(main.hasPrefix("\n<p class=\"note") && main.prefix(200).contains(line))
        let tiles = try #require(main.firstMatch(of: #/<dl class="tiles">[\s\S]*?</dl>/#)).output
        #expect(tiles.ranges(of: "<dd>–<small>").count >= 7 && !tiles.contains("<dd>0<"))
        #expect(!main.contains("Nothing needs attention"))
        let json = await web.get("/api/v1/status" + target).text
        #expect(json.contains(#""state":"\#(state)""#) && json.contains(#""failed":null"#))
    }

    @Test("A workspace without data beside one with data is counted, and the state is not ok")
    func partlyUnknown() async {
        var report = Self.report([[Self.row("a", "RUNNING", age: 5)], []])
        report.workspaces[1] = Self.unreachable(2, nil).workspaces[1]
        let page = await Web(report: report).get("/").text
        #expect(page.contains("Unknown:</strong> no data from 1 of 2 workspaces."))
        #expect(page.contains("<dt>Failed</dt><dd>0<small>from 1 of 2 workspaces</small>"))
    }

    @Test("Tiles count the filtered workspaces and say so")
    func filtered() async {
        let web = Web(report: Self.report([[Self.row("a", "CREATE_FAILED", age: 5)], [], []]))
        let one = await web.get("/?q=name-1").text
        #expect(one.contains("OK:</strong> nothing needs attention in 1 of 3 workspaces."))
        #expect(one.contains("<dt>Workspaces down</dt><dd>0<small>1 of 3 workspaces</small>"))
        #expect(one.contains("<dt>Failed</dt><dd>0<small>1 of 3 workspaces</small>"))
        let all = await web.get("/").text
        #expect(all.contains("<dt>Workspaces down</dt><dd>0<small>of 3 workspaces</small>"))
        #expect(all.contains(##"<dt>Failed</dt><dd><a href="./endpoints?attention=failed">1</a></dd>"##))
    }

    @Test("Endpoints come by reason, then the latest failure and the longest stuck first")
    func order() async {
        let (first, second) = (
            [
                Self.row("old-code", "RUNNING", age: 90_000, code: "F.1"),
                Self.row("stuck-short", "UPDATING", age: 1_801),
                Self.row("failed-old", "UPDATE_FAILED", age: 80_000), Self.row("frozen", "FROZEN", age: 50),
                Self.row("young-code", "CREATING", age: 20, code: "F.2"),
            ],
            [
                Self.row("young", "CREATING", age: 1_800), Self.row("stuck-long", "DELETING", age: 70_000, code: "F.1"),
                Self.row("failed-new", "CREATE_FAILED", age: 10), Self.row("abnormal", "ABNORMAL", age: 60_000),
                Self.row("public", "CREATE_FAILED", age: 5, visibility: "PUBLIC"),
                Self.row("inactive", "INACTIVE", age: 5, code: "F.1"), Self.row("odd", "REBALANCING", age: 9_000),
                Self.row("deleted", "DELETED", age: 5, code: "F.1"),
            ]
        )
        let web = Web(report: Self.report([first, second]))
        let page = await web.get("/").text
        let table = page.split(separator: "<caption>Needs attention</caption>").last?.split(separator: "</table>").first
        let ids = (table ?? "").matches(of: #/<span class="id">([^<]*)</#).map { String($0.1) }
        let expected = [
            "failed-new", "failed-old", "stuck-long", "stuck-short", "abnormal", "frozen", "young-code", "old-code",
        ]
        #expect(ids == expected)
        #expect(page.contains("Needs attention:</strong> 8 endpoints.") && !page.contains("Showing"))
        let json = await web.get("/api/v1/status").text
        let listed = json.matches(of: #/"attention":"([^"]*)","endpoint_id":"([^"]*)"/#).map { "\($0.2) \($0.1)" }
        #expect(
            listed == [
                "failed-old failed", "stuck-short stuck", "frozen suspended", "young-code error", "old-code error",
                "failed-new failed", "stuck-long stuck", "abnormal abnormal",
            ])
        #expect(json.contains(#""failed":2,"stuck":2,"abnormal":1,"suspended":1,"error":2"#))
    }

    @Test("Sources come before workspaces that are down, these before endpoints, with what to do")
    func sourcesFirst() async {
        var report = Self.report([[Self.row("failed", "CREATE_FAILED", age: 5)], [], []])
        report.sources[0].throttledUntil = SampleReport.now
        for (index, since) in [(1, Int64(400)), (2, 100)] {
            report.workspaces[index].listings = SampleReport.endpoints(
                [SampleReport.poll(5, SampleReport.failure)], lastSuccess: nil,
                failingSince: SampleReport.before(since), nil)
        }
        let page = await Web(report: report).get("/").text
        let rows = page.matches(of: #/<tr><th scope="row">([\s\S]*?)<\/tr>/#).prefix(4).map { String($0.1) }
        let names = [">cn-north-4</a></th>", "id-2", "id-1", "failed"]
        #expect(rows.count == 4 && zip(rows, names).allSatisfy { $0.contains($1) })
        #expect(rows[0].contains(">throttled<") && rows[0].contains("lower poll.requests_per_second"))
        #expect(rows[1].contains(">at least 1 min 40 s<") && rows[1].contains("07:58:20 UTC"))
        #expect(rows[1].contains("Request ID <code>3f1a") && rows[1].contains("Grant the IAM action"))
        #expect(page.contains("Needs attention:</strong> 1 source, 2 workspaces down, 1 endpoint; no data from 2 of 3"))
    }

    @Test("A failed reload needs attention, although everything else is well", arguments: [Language.english, .chinese])
    func failedReload(language: Language) async {
        var report = Self.report([[Self.row("a", "RUNNING", age: 5)]])
        let web = Web(report: report)
        #expect(await web.get("/?lang=\(language.rawValue)").text.contains("note good"))
        report.reload.failure = .init(at: SampleReport.before(60), error: "config.yaml:3:1: unknown key")
        let failed = Web(report: report)
        let page = await failed.get("/?lang=\(language.rawValue)").text
        let line = language(Phrase("Needs attention:</strong> the last reload failed.", "需要关注：</strong> 最近一次重新加载失败。"))
        #expect(page.contains(line) && !page.contains("note good") && page.contains("config.yaml:3:1: unknown key"))
        #expect(await failed.get("/api/v1/status").text.contains(#""state":"attention""#))
    }

    @Test("A workspace's page begins with the state of the workspace and its source")
    func workspaceState() async {
        let web = Web(report: Self.report([[Self.row("a", "FROZEN", age: 5)], [Self.row("b", "RUNNING", age: 5)]]))
        #expect(await web.get("/?workspace_id=id-0").text.contains("Needs attention:</strong> 1 endpoint."))
        #expect(await web.get("/?workspace_id=id-1").text.contains("OK:</strong> nothing needs attention in 1 of 2"))
    }

    @Test("Service instances have their own section; only endpoints are among what needs attention")
    func otherListings() async throws {
        var report = Self.report([[Self.row("endpoint", "RUNNING", age: 5)]])
        var services = report.workspaces[0].listings[0]
        services.name = "service_instances"
        services.exported = SampleReport.served([Self.row("instance", "CREATE_FAILED", age: 5, code: "F.1")])
        report.workspaces[0].listings.append(services)
        let web = Web(report: report)
        let page = await web.get("/").text
        #expect(page.contains("OK:</strong> nothing needs attention in 1 workspace.") && !page.contains(">instance<"))
        #expect(await !web.get("/endpoints").text.contains(">instance<"))
        let workspace = await web.get("/?workspace_id=id-0").text
        #expect(workspace.contains(">instance<") && !workspace.contains("DataArtsFabricEndpoint"))
        for language in Language.allCases {
            let json = Array(await web.get("/api/v1/status").text.utf8)
            let lines = try StatusText(json: json, language: language, columns: nil).lines
            #expect(!lines.contains { $0.contains("instance ") })
        }
    }

    @Test("25 of them are shown, and all are counted")
    func many() async {
        let rows = (0..<130).map { Self.row("e\($0)", "CREATE_FAILED", age: 60) }
        let page = await Web(report: Self.report([rows])).get("/").text
        #expect(page.contains("Showing 25 of 130."))
        #expect(page.contains(#"<a href="./endpoints?attention=any">130 endpoints</a>"#))
    }

    @Test(
        "The worst state of a source is shown",
        arguments: [
            (3, 3, true, .down), (3, 1, true, .throttled), (3, 1, false, .partlyDown), (3, 0, false, .ok),
            (0, 0, false, .ok),
        ] as [(Int, Int, Bool, SourceHealth)])
    func source(workspaces: Int, down: Int, throttled: Bool, health: SourceHealth) {
        var report = Self.report(Array(repeating: [], count: workspaces))
        report.sources[0].throttledUntil = throttled ? SampleReport.now : nil
        report.workspaces.replaceSubrange(..<down, with: Self.unreachable(down, Self.network).workspaces)
        #expect(report.health(of: report.sources[0], report.workspaces) == health)
    }

    @Test func `Job runs have counts and times on the page of their workspace, and never need attention`() async throws
    {
        var report = Self.report([[Self.row("e", "RUNNING", age: 5)]])
        var summary = ListingSummary(statuses: [
            .init(status: "FAILED", phase: .failed, records: 3),
            .init(status: "PENDING", phase: .inTransition, records: 2),
        ])
        summary.oldestWaiting = SampleReport.before(3_000)
        summary.newestFailure = SampleReport.before(60)
        var runs = report.workspaces[0].listings[0]
        runs.name = "job_runs"
        runs.exported = .init(age: .seconds(290), counts: .init(records: 5), summary: summary, records: RecordList())
        report.workspaces[0].listings.append(runs)
        let web = Web(report: report)
        #expect(await web.get("/").text.contains("OK:</strong> nothing needs attention in 1 workspace."))
        let page = await web.get("/?workspace_id=id-0").text
        #expect(page.contains("<dt>Job runs</dt><dd>5</dd>") && page.contains("<dt>FAILED</dt><dd>3</dd>"))
        #expect(page.contains("<dt>Oldest waiting</dt><dd>50 min ago<small>"))
        #expect(page.contains("<dt>Newest failure</dt><dd>1 min ago<small>"))
        // They are not listed, so there are no tables of them.
        #expect(page.contains(#"id="job_runs-polls""#))
        #expect(!page.contains(#"id="job_runs-problems""#) && !page.contains(#"id="job_runs-all""#))
        let chinese = await web.get("/?workspace_id=id-0&lang=zh").text
        #expect(chinese.contains("<dt>作业运行</dt>") && chinese.contains("<dt>等待最久</dt><dd>50 分钟前"))
        let json = await web.get("/api/v1/status").text
        #expect(json.contains(#""newest_failure":"\#(SampleReport.before(60).iso8601(fractionDigits: 3))""#))
        #expect(json.contains(#""oldest_waiting":"\#(SampleReport.before(3_000).iso8601(fractionDigits: 3))""#))
        let lines = try StatusText(json: Array(json.utf8), language: .english, columns: nil).lines
        #expect(lines.contains { $0.contains("RUNNING 1") } && !lines.contains { $0.contains("FAILED 3") })
        #expect(lines.contains { $0.contains(" 12 s ") } && !lines.contains { $0.contains("4 min 50 s") })
    }
}
