// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@testable import WebServer

@Suite("Runbooks")
struct RunbookTextTests {
    @Test("A runbook is found by the name of each of its alerts, with or without .md")
    func names() throws {
        let failing = try #require(RunbookText.named("DataArtsFabricWorkspaceFailing"))
        #expect(failing.alerts == ["DataArtsFabricWorkspaceFailing", "DataArtsFabricWorkspaceFailingCritical"])
        for name in failing.alerts.flatMap({ [$0, $0 + ".md"] }) {
            #expect(RunbookText.named(name)?.alerts == failing.alerts)
        }
        for name in ["", ".md", "DataArtsFabricWorkspaceFailing.md.md", "DataArtsFabric", "dataartsfabricdatastale"] {
            #expect(RunbookText.named(name) == nil)
        }
        let alerts = RunbookText.all.flatMap(\.alerts)
        #expect(Set(alerts).count == alerts.count)
    }

    @Test("Every runbook has the same four sections in both languages", arguments: RunbookText.all.map(\.alerts[0]))
    func sections(name: String) throws {
        let text = try #require(RunbookText.named(name)).body
        #expect(headings(text.english) == ["Meaning", "Impact", "Diagnosis", "Mitigation"])
        #expect(headings(text.chinese) == ["含义", "影响", "诊断", "处置"])
        #expect(count("<pre ", in: text.english) == count("<pre ", in: text.chinese))
    }

    @Test("Every link of every text has a target", arguments: Language.allCases)
    func links(language: Language) throws {
        for text in [RunbookText.overview[language]] + RunbookText.all.map({ $0.body[language] }) {
            for link in text.text.matches(of: #/href="([^"]*)"/#).map({ String($0.1) }) {
                let parts = link.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
                var target = text.text
                if !parts[0].isEmpty {
                    let pair = parts[0].split(separator: "?").map(String.init)
                    #expect(pair.count == 2 && pair.last == "lang=\(language.rawValue)", "\(link)")
                    target = try #require(RunbookText.named(pair[0]), "\(link)").body[language].text
                }
                if parts.count > 1 {
                    let anchor = String(decoding: PercentEncoding.decode(Substring(parts[1])), as: UTF8.self)
                    #expect(target.contains(#" id="\#(anchor)""#), "\(link)")
                }
            }
        }
    }

    @Test("The page of all runbooks names every alert, and how its address is set", arguments: Language.allCases)
    func overview(language: Language) {
        let text = RunbookText.overview[language]
        for runbook in RunbookText.all {
            #expect(
                count(#"<a href="\#(runbook.alerts[0])?lang=\#(language.rawValue)">"#, in: text)
                    == runbook.alerts.count)
        }
        #expect(text.text.contains("sed -i "))
    }

    @Test("Commands are shown as they are in the source")
    func commands() throws {
        let text = try #require(RunbookText.named("DataArtsFabricEndpointFailed")).body.english.text
        #expect(
            text.contains(
                "<code class=\"language-sh\">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID"
            ))
    }

    private func count(_ part: String, in text: HTML) -> Int { text.text.ranges(of: part).count }

    private func headings(_ text: HTML) -> [String] {
        text.text.matches(of: #/<h2[^>]*>([^<]*)</#).map { String($0.1) }
    }
}
