// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPServer
import Polling
import Testing

@testable import WebServer

@Suite("HTML markup")
struct HTMLTests {
    @Test("Interpolated text is escaped, and invisible and bidirectional characters are replaced")
    func escaped() {
        let name = "<a href='x'>&\"\u{0}\u{85}\u{61C}\u{200F}\u{202E}\u{2069}"
        let html: HTML = "<b>\(name)</b>"
        #expect(
            html.text == "<b>&lt;a href=&#39;x&#39;&gt;&amp;&quot;" + String(repeating: "\u{FFFD}", count: 6) + "</b>")
    }

    @Test("A secret in interpolated text is redacted before it is escaped")
    func redacted() {
        let secret = Secret("of-HTMLTests<&>\"quoted\"")
        let html: HTML = "<b>\("name of-HTMLTests<&>\"quoted\"!")</b>"
        withExtendedLifetime(secret) { #expect(html.text == "<b>name &lt;REDACTED&gt;!</b>") }
    }

    @Test("Text sent by the client is not redacted, which would confirm a guessed secret")
    func echo() async {
        let secret = Secret("guessable-in-HTMLTests")
        var report = SampleReport.report()
        for index in report.sources.indices { report.sources[index].discovery?.lastSuccess = SampleReport.now }
        let response = await Web(report: report).get("/?q=guessable-in-HTMLTests")
        let host = await Web(report: report).get("/sd", [("Host", "guessable-in-HTMLTests")])
        withExtendedLifetime(secret) {
            #expect(response.text.contains(#"name="q" value="guessable-in-HTMLTests""#))
            #expect(host.text.contains("guessable-in-HTMLTests"))
        }
    }
}
