// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPServer
import Listings
import Polling
import TestSupport
import Testing

@testable import WebServer

private let goldens = Goldens(beside: #filePath)

@Suite("The list of endpoints")
struct EndpointsPageTests {
    /// Returns the ids on a page, in its order.
    private static func ids(_ page: String) -> [String] {
        let table = page.split(separator: "<tbody>").last?.split(separator: "</tbody>").first ?? ""
        return table.matches(of: #/<th scope="row">[^<]*<span class="id">([^<]*)</#).map { String($0.1) }
    }

    private static func row(
        _ id: String, _ status: String, type: String = "SQL", age: Int64 = 60, code: String? = nil,
        visibility: String = "PRIVATE", name: String? = nil, owner: String? = nil
    ) -> JSONValue {
        let time = JSONValue.string(SampleReport.before(age).iso8601())
        return SampleReport.row(id, name, status, code: code).with([
            "create_time": time, "update_time": time, "visibility": .string(visibility), "type": .string(type),
            "owner": owner.map { ["user_name": .string($0), "user_id": .string("u-\($0)")] } ?? .null,
        ])
    }

    private static func web(_ workspaces: [[JSONValue]]) -> Web {
        var report = SampleReport.large(workspaces.count)
        for (index, rows) in workspaces.enumerated() {
            report.workspaces[index].listings[0].exported = SampleReport.served(rows)
        }
        return Web(report: report)
    }

    private static let mixed = web([
        [
            row("run", "RUNNING", name: "Alpha", owner: "wei"), row("code", "RUNNING", code: "F.1"),
            row("frozen", "FROZEN", type: "ray"), row("failed", "CREATE_FAILED", code: "F.2", owner: "Wei"),
        ],
        [
            row("stuck", "CREATING", age: 7_200), row("new", "CREATING"), row("odd", "ABNORMAL"),
            row("public", "CREATE_FAILED", visibility: "PUBLIC"), row("gone", "DELETED", code: "F.3"),
            row("数据", "RUNNING", type: "ray", name: "训练"),
        ],
    ])

    @Test(
        "Pages match their golden files",
        arguments: [("/endpoints", "endpoints.html"), ("/endpoints?lang=zh&q=e", "endpoints.zh.html")])
    func page(target: String, golden: String) async throws {
        let response = await Web().get(target)
        #expect(response.status == 200)
        try goldens.check(response.text, golden)
    }

    @Test(
        "The query selects endpoints; those that need attention come first, worst first",
        arguments: [
            ("", "failed stuck odd frozen code run new public gone 数据"),
            ("attention=any", "failed stuck odd frozen code"),
            ("attention=failed", "failed"), ("attention=stuck", "stuck"), ("attention=abnormal", "odd"),
            ("attention=suspended", "frozen"), ("attention=error", "failed code"),
            ("status=CREATING", "stuck new"), ("status=CREATING&status=FROZEN", "stuck frozen new"),
            ("status=NONE", ""), ("type=ray", "frozen 数据"), ("type=ray&attention=any", "frozen"),
            ("visibility=PUBLIC", "public"), ("visibility=PRIVATE&status=CREATE_FAILED", "failed"),
            ("q=WEI", "failed run"), ("q=alph", "run"), ("q=u-wei", "failed run"), ("q=训", "数据"), ("q=数据", "数据"),
            ("workspace_id=id-0", "failed frozen code run"), ("workspace=NAME-1&q=new", "new"),
            ("state=failing", ""),
            ("q=&status=&type=&attention=", "failed stuck odd frozen code run new public gone 数据"),
        ])
    func selects(query: String, ids: String) async {
        let response = await Self.mixed.get(
            "/endpoints?" + query.replacing("训", with: "%E8%AE%AD").replacing("数据", with: "%E6%95%B0%E6%8D%AE"))
        #expect(response.status == 200)
        #expect(Self.ids(response.text).joined(separator: " ") == ids)
        if ids.isEmpty { #expect(response.text.contains("No endpoints match the filter.")) }
    }

    @Test("Every number of the overview links to a list with that many endpoints")
    func counts() async throws {
        let overview = await Self.mixed.get("/").text
        let tiles = overview.matches(of: #/<dd><a href="(\./endpoints[^"]*)">([0-9]+)</a>/#)
        #expect(tiles.count == 6)
        for tile in tiles {
            let page = await Self.mixed.get(String(tile.1.dropFirst()).replacing("&amp;", with: "&")).text
            #expect(Self.ids(page).count == Int(tile.2), "\(tile.1)")
        }
    }

    @Test("Long lists have pages of 100 endpoints, with each endpoint on exactly one of them")
    func pages() async {
        let web = Self.web([
            (0..<150).map { Self.row("a\($0)", $0 % 3 == 0 ? "CREATE_FAILED" : "RUNNING", age: Int64($0)) },
            (0..<120).map { Self.row("b\($0)", "RUNNING") },
        ])
        var ids: [String] = []
        for page in 1...3 { ids += Self.ids(await web.get("/endpoints?page=\(page)").text) }
        #expect(ids.count == 270 && Set(ids).count == 270)
        #expect(ids.prefix(50) == ArraySlice((0..<50).map { "a\($0 * 3)" }))
        let last = await web.get("/endpoints?page=99&q=b").text
        #expect(last.contains("Page 2 of 2, 120 endpoints") && Self.ids(last).count == 20)
        #expect(last.contains(#"<a rel="prev" href="./endpoints?q=b">"#))
        let workspace = await web.get("/?workspace_id=id-0&page=2").text
        #expect(Self.ids(workspace).count == 50 && workspace.contains("Page 2 of 2, 150 endpoints"))
    }

    @Test("On the page of a workspace only the named listing turns its page")
    func pagesOfListings() async {
        var report = SampleReport.large(1)
        var services = report.workspaces[0].listings[0]
        services.name = "service_instances"
        report.workspaces[0].listings[0].exported = SampleReport.served(
            (0..<150).map { Self.row("a\($0)", "RUNNING") })
        services.exported = SampleReport.served((0..<250).map { Self.row("b\($0)", "RUNNING") })
        report.workspaces[0].listings.append(services)
        let web = Web(report: report)
        let page = await web.get("/?workspace_id=id-0&listing=service_instances&page=3").text
        #expect(page.contains("Page 1 of 2, 150") && page.contains("Page 3 of 3, 250"))
        let previous = "listing=service_instances&amp;page=2#service_instances-all"
        #expect(page.contains(previous) && page.contains("listing=endpoints&amp;page=2#endpoints-all"))
        let response = await web.get("/?workspace_id=id-0&listing=odd")
        #expect(response.status == 400 && response.text.contains("endpoints, service_instances"))
    }

    @Test("A list that lacks workspaces says so")
    func incomplete() async {
        var report = SampleReport.large(2)
        report.workspaces[1].listings[0].exported = nil
        let page = await Web(report: report).get("/endpoints").text
        #expect(page.contains("Not known: no data from 1 of 2 workspaces."))
    }

    @Test(
        "Invalid values are rejected by a page that says what is allowed",
        arguments: [
            ("attention=odd", 400, "any, failed, stuck, abnormal, suspended, error"),
            ("visibility=x", 400, "PRIVATE, PUBLIC"),
            ("state=x", 400, "ok, failing, pending, problems"), ("source=x", 404, "Source not found."),
            ("workspace_id=x", 404, "Workspace not found."),
        ])
    func invalid(query: String, status: Int, text: String) async {
        let response = await Self.mixed.get("/endpoints?" + query)
        #expect(response.status == status && response.text.contains(text))
    }

    @Test("The overview's search also finds endpoints")
    func search() async {
        let page = await Self.mixed.get("/?q=alpha").text
        #expect(page.contains(#"<a href="./endpoints?q=alpha">1 endpoint matches by name, ID or owner</a>"#))
        #expect(await !Self.mixed.get("/?q=zzz").text.contains("by name, ID or owner"))
    }
}
