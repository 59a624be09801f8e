// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPServer
import Polling
import TestSupport
import Testing

@testable import WebServer

private let goldens = Goldens(beside: #filePath)

@Suite("Status pages")
struct MetricsServerStatusPageTests {
    @Test(
        "What comes next is due once less than a second is left",
        arguments: [(-5.0, "due now", "即将进行"), (0.4, "due now", "即将进行"), (90, "in 1 min 30 s", "1 分钟 30 秒后")])
    func next(seconds: Double, english: String, chinese: String) {
        let now = Timestamp(microseconds: 1_800_000_000_000_000)
        let next = HumanFormat.next(Timestamp(microseconds: now.microseconds + Int64(seconds * 1e6)), now: now)
        #expect(next[.english] == english && next[.chinese] == chinese)
    }

    @Test(
        "Pages match their golden files",
        arguments: [
            ("/", "overview.html"), ("/?workspace_id=w1", "workspace.html"),
            ("/?workspace_id=w2&source=cn-north-4", "failing.html"), ("/?workspace_id=w3", "stale.html"),
            ("/?workspace_id=w4", "pending.html"), ("/?state=failing&q=OLD&source=", "filtered.html"),
            ("/?lang=zh&refresh=30", "overview.zh.html"), ("/?workspace_id=w1&lang=zh", "workspace.zh.html"),
        ])
    func page(target: String, golden: String) async throws {
        let response = await Web(report: SampleReport.report()).get(target)
        #expect(response.status == 200)
        try goldens.check(response.text, golden)
    }

    @Test("Pages allow no external resources and no scripts")
    func headers() async {
        let web = Web(report: SampleReport.report())
        for target in ["/", "/?workspace_id=w1", "/?workspace_id=none", "/?state=odd"] {
            let response = await web.get(target)
            #expect(
                response.headerLines == [
                    "Content-Type: text/html; charset=utf-8",
                    """
                    Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                    form-action 'self'; frame-ancestors 'none'
                    """,
                    "Referrer-Policy: no-referrer", "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
                ])
            for outside in ["<script", "src=", "@import", "url(", "href=\"http", "\u{202E}"] {
                #expect(!response.text.contains(outside), "\(target): \(outside)")
            }
        }
    }

    @Test("Query values are escaped", arguments: ["q", "state", "source", "workspace_id", "page", "x"])
    func reflected(name: String) async {
        let web = Web(report: SampleReport.report())
        let response = await web.get("/?\(name)=%22%3E%3Cscript%3Ealert(1)%3C/script%3E'")
        #expect(!response.text.contains("<script"))
        #expect(!response.text.contains(#""><"# + "script"))
    }

    static let invalidQueries = [
        ("/?workspace_id=w9", 404), ("/?source=none", 404), ("/?source=cn-north-4&workspace_id=w3", 404),
        ("/?state=odd", 400), ("/api/v1/status?workspace_id=w9", 404), ("/api/v1/status?state=odd", 400),
    ]

    @Test("An invalid query is rejected", arguments: invalidQueries)
    func invalidQuery(target: String, status: Int) async {
        #expect(await Web(report: SampleReport.report()).get(target).status == status)
    }

    @Test("Sources without polled workspaces have a warning with the numbers, and no source is ok")
    func blind() async throws {
        let web = Web(report: SampleReport.blind())
        let page = await web.get("/").text
        try goldens.check(page, "blind.html")
        #expect(!page.contains(#"<span class="badge good">ok</span>"#))
        #expect(
            page.contains("found 0 workspaces") && page.contains("found 12 workspaces, 0 match include and exclude"))
        #expect(
            page.contains("No workspaces configured or discovered.")
                && !page.contains("No workspaces match the filter."))
        let json = await web.get("/api/v1/status").text
        #expect(
            json.contains(#""workspaces":12,"selected":0,"#) && json.components(of: #""warning":"discovery of "#) == 3)
    }

    @Test("An empty shard has no warning")
    func emptyShard() async throws {
        var report = SampleReport.blind()
        report.sources[0].discovery?.workspaces = 3
        report.sources[0].discovery?.selected = 3
        report.sources.removeLast(3)
        report.shard = try #require(Shard(ordinal: 5, total: 6))
        let page = await Web(report: report).get("/").text
        #expect(!page.contains("Warning") && page.contains(#"<span class="badge good">ok</span>"#))
    }

    @Test("A source that polls configured workspaces but discovers none has a warning")
    func discoversNothing() async {
        var report = SampleReport.large(2)
        report.sources[0].throttledUntil = nil
        report.sources[0].discovery = .init(
            isTried: true, failure: nil, workspaces: 4, selected: 0, lastSuccess: SampleReport.before(5))
        let page = await Web(report: report).get("/").text
        #expect(page.contains("found 4 workspaces, 0 match include and exclude"))
        #expect(page.contains(#"<span class="badge warn">none discovered</span>"#))
    }

    @Test("Thousands of workspaces are paginated, and any page number is accepted")
    func paged() async throws {
        let web = Web(report: SampleReport.large(5_021))
        func rows(_ text: String) -> Int {
            text.components(of: #"<th scope="row"><a href="./?source=cn-north-4&amp;workspace_id"#)
        }
        let first = await web.get("/").text
        #expect(rows(first) == 100)
        #expect(first.contains("Page 1 of 51, 5\u{202F}021 workspaces"))
        #expect(first.contains(#"<a rel="next" href="./?page=2#workspaces">"#) && !first.contains("rel=\"prev\""))
        let last = await web.get("/?page=51&state=ok").text
        #expect(rows(last) == 21)
        #expect(last.contains(#"<a rel="prev" href="./?state=ok&amp;page=50#workspaces">"#))
        for odd in ["0", "-3", "99999999999999999999", "x", ""] {
            #expect(await web.get("/?page=\(odd)").text.contains("Page 1 of 51"))
        }
        #expect(await web.get("/?page=99").text.contains("Page 51 of 51"))
    }

    @Test("Failing workspaces come first, then those that need attention")
    func order() async {
        let text = await Web(report: SampleReport.report()).get("/").text
        let table = text.split(separator: #"<caption>Workspaces</caption>"#).last ?? ""
        let ids = table.split(separator: #"<span class="id">"#).dropFirst().map { String($0.prefix(2)) }
        #expect(ids == ["w2", "w3", "w1", "w4"])
    }

    @Test("Names sort in natural order")
    func naturalOrder() async {
        var report = SampleReport.large(13)
        report.workspaces.shuffle()
        let text = await Web(report: report).get("/").text
        let table = text.split(separator: #"<caption>Workspaces</caption>"#).last ?? ""
        let names = table.matches(of: #/>name-([0-9]+)</a>/#).map { Int($0.1) ?? -1 }
        #expect(names == Array(0..<13))
        let sorted = ["", "a", "a-1-9", "a-01-10", "a-2", "a-10", "a-99999999999999999999", "b", "é1"]
        #expect(sorted.shuffled().sorted { HumanFormat.naturalKey($0) < HumanFormat.naturalKey($1) } == sorted)
    }

    @Test("Private endpoints need attention if failed, abnormal or suspended; inactive and public ones do not")
    func needsAttention() async {
        var report = SampleReport.large(1)
        func rows(_ visibility: String, ids prefix: String) -> [JSONValue] {
            ["FROZEN", "ABNORMAL", "NEW_FAILED", "INACTIVE"].map { status in
                let code = status == "INACTIVE" ? "F.1" : nil
                return SampleReport.row("\(prefix)\(status)", nil, status, code: code)
                    .with(["visibility": .string(visibility)])
            }
        }
        let publicRows = rows("PUBLIC", ids: "public-id-of-")
        func ids(_ rows: [JSONValue]) async -> (page: Bool, json: [Substring]) {
            report.workspaces[0].listings[0].exported = SampleReport.served(rows)
            let web = Web(report: report)
            let json = await web.get("/api/v1/status").text
            let ids = json.matches(of: #/"endpoint_id":"([^"]*)"/#).map(\.1)
            return (await web.get("/?state=problems").text.contains("No workspaces match"), ids.sorted())
        }
        let mixed = await ids(publicRows + rows("PRIVATE", ids: "id-of-"))
        #expect(mixed.json == ["id-of-ABNORMAL", "id-of-FROZEN", "id-of-NEW_FAILED"] && !mixed.page)
        let publicAlone = await ids(publicRows)
        #expect(publicAlone.json == [] && publicAlone.page)
    }

    @Test("The JSON status has the same data and filters")
    func json() async throws {
        let web = Web(report: SampleReport.report())
        let response = await web.get("/api/v1/status")
        #expect(response.headerLines[0] == "Content-Type: application/json")
        try goldens.check(response.text, "status.json")
        let one = await web.get("/api/v1/status?workspace_id=w1").text
        #expect(one.contains(#""workspace_id":"w1""#) && !one.contains(#""workspace_id":"w2""#))
        try goldens.check(one, "status-workspace.json")
    }

    @Test("The JSON status has the history of polls only for a query that names one workspace")
    func history() async {
        let web = Web(report: SampleReport.report())
        for query in ["", "?q=old", "?source=cn-north-4", "?workspace_id=w1&workspace_id=w2"] {
            let text = await web.get("/api/v1/status" + query).text
            #expect(text.contains(#""history":null"#) && !text.contains(#""history":["#))
        }
        for query in ["?workspace_id=w2", "?workspace_id=w1&workspace_id=w2&state=failing"] {
            #expect(await web.get("/api/v1/status" + query).text.contains(#""history":[{"#))
        }
    }

    @Test(
        "Durations are formatted in their two largest units",
        arguments: [
            (-5, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3_599, "59 min 59 s"),
            (3_600, "1 h"), (7_860, "2 h 11 min"), (86_400, "1 d"), (97_200, "1 d 3 h"),
            (.max, "106751991167300 d 15 h"),
        ] as [(Int64, String)])
    func durations(seconds: Int64, text: String) {
        #expect(HumanFormat.duration(seconds)[.english] == text)
    }

    @Test(
        "Numbers have thousands separators",
        arguments: [(0, "0"), (999, "999"), (1_000, "1 000"), (-1_234_567, "−1 234 567")] as [(Int64, String)])
    func numbers(value: Int64, text: String) {
        #expect(HumanFormat.number(value) == text.replacing(" ", with: "\u{202F}"))
    }
}

extension String {
    /// Returns the number of occurrences of `part`.
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
