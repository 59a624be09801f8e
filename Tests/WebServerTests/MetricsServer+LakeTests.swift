// SPDX-License-Identifier: Apache-2.0
import Fabric
import Listings
import Polling
import Testing

@testable import WebServer

@Suite("Status pages of API v2")
struct MetricsServerLakeTests {
    private static var web: Web { Web(report: SampleReport.lake()) }

    @Test(arguments: [("en", "Compute pool"), ("zh", "计算资源池")])
    func `Each endpoint names its compute pool`(language: String, title: String) async {
        let pool = "<span class=\"quiet\">\(title) <code>pool-1</code></span>"
        for target in ["/?workspace_id=w1&lang=", "/endpoints?workspace_id=w1&lang="] {
            #expect(await Self.web.get(target + language).text.ranges(of: pool).count == 2, "\(target)")
        }
    }

    @Test(arguments: [
        ("en", "Configured CPU cores", "Configured NPU cards", "minimum–maximum"),
        ("zh", "配置的 CPU 核", "配置的 NPU 卡", "最小值–最大值"),
    ])
    func `Tiles show the configured minimum and maximum of each documented resource`(
        language: String, cores: String, cards: String, note: String
    ) async {
        for target in ["/?lang=", "/?workspace_id=w1&lang="] {
            let page = await Self.web.get(target + language).text
            for text in [cores, "1\u{202F}264–2\u{202F}528", cards, "8–16", note] {
                #expect(page.contains(text), "\(target): \(text)")
            }
            #expect(!page.lowercased().contains("fpga"))
        }
    }

    @Test(arguments: [
        ("en", "configured 1\u{202F}264–2\u{202F}528 CPU cores<br>configured 8–16 NPU cards"),
        ("zh", "配置 1\u{202F}264–2\u{202F}528 CPU 核<br>配置 8–16 NPU 卡"),
    ])
    func `The table of workspaces shows configured resources beside reserved units`(
        language: String, cell: String
    ) async {
        let page = await Self.web.get("/?lang=" + language).text
        #expect(page.contains(cell) && page.contains("2 DCU ("))
    }

    @Test func `Failed queries of pools are on the page of the workspace and in the JSON`() async {
        var report = SampleReport.lake()
        var summary = ListingSummary(statuses: [.init(status: "RUNNING", phase: .serving, records: 2)])
        summary.failedQueries = [
            .init(query: .utilization, count: 4, failure: APIFailure(.forbidden, "no permission <b>", status: 403))
        ]
        var pools = report.workspaces[0].listings[0]
        pools.name = "pools"
        pools.exported = .init(age: .seconds(9), counts: .init(records: 2), summary: summary, records: RecordList())
        report.workspaces[0].listings.append(pools)
        let web = Web(report: report)
        #expect(
            await web.get("/?workspace_id=w1").text.contains(
                "Failed queries of utilization: 4 (forbidden). Their values are absent. Last error: no permission &lt;b&gt;"
            )
        )
        #expect(await web.get("/?workspace_id=w1&lang=zh").text.contains("utilization 查询失败 4 次（forbidden）"))
        let json = await web.get("/api/v1/status").text
        #expect(
            json.contains(
                #""failed_queries":[{"query":"utilization","count":4,"reason":"forbidden","message":"no permission <b>"}]"#
            ))
        #expect(json.contains(#""failed_queries":[]"#))
    }
}
