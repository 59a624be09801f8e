// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPServer
import Polling
import TestSupport
import Testing

@testable import WebServer

@Suite("Language and automatic refresh of pages")
struct PageOptionsTests {
    private static func options(
        _ target: String, _ accepted: String = "", root: String = "./"
    ) throws(QueryError) -> PageOptions {
        let headers = accepted.isEmpty ? [] : [(name: "Accept-Language", value: accepted)]
        return try PageOptions(ListenerRequest(method: "GET", target: target, headers: headers), root: root)
    }

    @Test(
        "The URL's language takes precedence over the client's preference",
        arguments: [
            ("/", "", .english), ("/", "zh-CN,zh;q=0.9,en;q=0.8", .chinese), ("/?lang=en", "zh-CN", .english),
            ("/?lang=zh", "en", .chinese), ("/?lang=", "zh", .chinese), ("/", "fr, de;q=0.5", .english),
        ] as [(String, String, Language)])
    func language(target: String, accepted: String, language: Language) throws {
        #expect(try Self.options(target, accepted).language == language)
    }

    @Test("Links keep what the URL gives, and only that")
    func links() throws {
        #expect(try Self.options("/", "zh").address() == "./")
        let options = try Self.options("/?lang=zh&refresh=60", root: "../")
        #expect(options.address() == "../?lang=zh&refresh=60")
        #expect(options.address("endpoints", [("q", "a b&")]) == "../endpoints?q=a%20b%26&lang=zh&refresh=60")
        #expect(options.refreshing(every: nil).choosing(.english).address() == "../?lang=en")
        #expect(options.hiddenFields.text.contains(#"name="refresh" value="60""#))
    }

    @Test("The page is loaded again after the interval of the URL, never without one")
    func refresh() async throws {
        let web = Web()
        let page = await web.get("/?refresh=30").text
        #expect(page.contains(#"<meta http-equiv="refresh" content="30">"#) && page.contains("<strong>30 s</strong>"))
        #expect(page.contains(#"<a href="./?refresh=60">1 min</a>"#) && page.contains(#"<a href="./">off</a>"#))
        #expect(await !web.get("/").text.contains("http-equiv=\"refresh\""))
    }

    @Test(
        "An interval out of range and an unknown language are rejected by a page that says what is allowed",
        arguments: [
            ("refresh=9", "10 – 3600"), ("refresh=3601", "10 – 3600"), ("refresh=x", "10 – 3600"),
            ("lang=fr", "en, zh"), ("lang=EN", "en, zh"),
        ])
    func invalid(query: String, allowed: String) async {
        let response = await Web().get("/?\(query)")
        #expect(response.status == 400 && response.text.contains("Must be \(allowed)."))
        #expect(response.text.contains(#"<a href="./">All workspaces</a>"#))
    }

    @Test("An error page speaks the language of the request and links back from any depth")
    func errors() async {
        let html = [(name: "Accept", value: "text/html,*/*;q=0.8"), (name: "Accept-Language", value: "zh-CN")]
        let web = Web()
        let deep = await web.get("/a/b/c?x", html)
        #expect(deep.status == 404 && deep.text.contains("此页面不存在。"))
        #expect(deep.text.contains(#"<a href="../../">全部工作空间</a>"#))
        let source = await web.get("/?source=none", html)
        #expect(source.status == 404 && source.text.contains("没有这个数据源。"))
        let plain = await web.get("/a")
        #expect(plain.status == 404 && plain.text == "Not found.\n")
    }
}
