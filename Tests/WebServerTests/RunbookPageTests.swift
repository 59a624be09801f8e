// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Testing

@testable import WebServer

@Suite("Pages of runbooks")
struct RunbookPageTests {
    private let web = Web(report: SampleReport.report())

    @Test("Every runbook is a page in both languages, with the alerts' names in the heading")
    func pages() async {
        for runbook in RunbookText.all {
            for (language, separator) in [("en", ", "), ("zh", "、")] {
                let response = await web.get("/runbooks/\(runbook.alerts[0]).md?lang=\(language)")
                #expect(response.status == 200)
                #expect(response.text.contains("<h1>\(runbook.alerts.joined(separator: separator))</h1>"))
                #expect(response.text.contains(#"<html lang="\#(language == "en" ? "en" : "zh-CN")">"#))
            }
        }
    }

    @Test("The language follows Accept-Language unless the query selects one, and each page links to the other")
    func language() async {
        let chinese = [(name: "Accept-Language", value: "zh-CN,zh;q=0.9,en;q=0.8")]
        for target in ["/runbooks/", "/runbooks/DataArtsFabricDataStale"] {
            let (english, translated) = (await web.get(target), await web.get(target, chinese))
            #expect(english.text.contains(#"<html lang="en">"#) && translated.text.contains(#"<html lang="zh-CN">"#))
            #expect(english.text.contains(#" href="..\#(target)?lang=zh">中文</a>"#))
            #expect(translated.text.contains(#" href="..\#(target)?lang=en">English</a>"#))
            #expect(await web.get(target + "?lang=zh").text.contains(#"<html lang="zh-CN">"#))
            #expect(await web.get(target + "?lang=en", chinese).text.contains(#"<html lang="en">"#))
        }
    }

    @Test("Responses allow no external resources and depend on Accept-Language")
    func headers() async {
        for target in ["/runbooks/", "/runbooks/DataArtsFabricDataStale", "/runbooks/none", "/runbooks/?lang=x"] {
            let response = await web.get(target)
            #expect(
                response.headerLines == [
                    "Content-Type: text/html; charset=utf-8",
                    "Content-Security-Policy: \(PageFrame.contentSecurityPolicy)", "Referrer-Policy: no-referrer",
                    "Cache-Control: no-store", "Vary: Accept-Language", "X-Content-Type-Options: nosniff",
                ])
        }
    }

    @Test("Links to other pages are relative to the folder of the runbooks")
    func links() async {
        let text = await Web(telemetryPath: "/fabric/metrics").get("/runbooks/DataArtsFabricDataStale").text
        #expect(text.contains(#"<a href="../">Status</a>"#) && text.contains(#"<a href="../fabric/metrics">"#))
        #expect(text.contains(#"<a href="../runbooks/">All runbooks</a>"#))
        #expect(!text.contains("Refresh"))
        let chosen = await web.get("/runbooks/DataArtsFabricDataStale?lang=zh").text
        #expect(chosen.contains(#"<a href="../runbooks/?lang=zh">全部处置手册</a>"#))
    }

    @Test("The path without a slash redirects to the one with it, relative to the folder and with the query")
    func redirect() async {
        for (target, location) in [("/runbooks", "runbooks/"), ("/runbooks?lang=zh&x", "runbooks/?lang=zh&x")] {
            let response = await web.get(target)
            #expect(response.status == 301 && response.headerLines.contains("Location: \(location)"))
        }
    }

    static let errors = [
        ("/runbooks/none", 404, "There is no such runbook."),
        ("/runbooks/none?lang=zh", 404, "没有这份处置手册。"),
        ("/runbooks/DataArtsFabricDataStale/", 404, "no such runbook"),
        ("/runbooks/DataArtsFabricDataStale.zh.md", 404, "no such runbook"),
        ("/runbooks//", 404, "no such runbook"), ("/runbooks/%3Cscript%3E", 404, "no such runbook"),
        ("/runbooks/DataArtsFabricDataStale?lang=de", 400, "Invalid lang. Must be en, zh."),
    ]

    @Test("An unknown runbook or language is an error page", arguments: errors)
    func invalid(target: String, status: Int, message: String) async {
        let response = await web.get(target)
        #expect(response.status == status)
        #expect(response.text.contains(message) && !response.text.contains("<script"))
    }

    @Test("All pages are counted under one path, need a password like other pages, and accept only GET and HEAD")
    func requests() async {
        for target in ["/runbooks", "/runbooks/", "/runbooks/DataArtsFabricDataStale", "/runbooks/a", "/runbooks/b"] {
            _ = await web.get(target)
        }
        let post = await web.get("/runbooks/DataArtsFabricDataStale", method: "POST")
        #expect(post.status == 405 && post.headerLines.contains("Allow: GET, HEAD"))
        #expect(
            web.counted == [
                "/runbooks/ 200 2", "/runbooks/ 301 1", "/runbooks/ 404 2", "/runbooks/ 405 1",
            ])
        let locked = Web(access: AccessRules(authentication: BasicAuthentication(users: [:])))
        #expect(await locked.get("/runbooks/").status == 401)
    }

    @Test(
        "No telemetry path can hide a runbook or another page",
        arguments: ["/", "/sd", "/-/ready", "/api/v1/status", "/runbooks", "/runbooks/", "/runbooks/metrics"])
    func reserved(path: String) {
        #expect(MetricsServer.isReserved(path))
        #expect(!MetricsServer.isReserved(path + "-metrics") || path.hasPrefix("/runbooks/"))
    }
}
