// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Polling
import TestSupport
import Testing

@testable import WebServer

@Suite("The languages of the status pages")
struct PhraseTests {
    /// Words that are the same in both languages: names, units and configuration keys.
    private static let shared: Set<String> = [
        "API", "APU", "DataArts", "CPU", "DCU", "DPU", "English", "Exporter", "Fabric", "HTTP", "ID", "IAM", "JSON",
        "MU",
        "NPU", "UTC", "PRIVATE", "PUBLIC", "DataArtsFabricReadOnlyPolicy", "ListResourceQuotas",
        "exclude", "include", "name", "other", "region",
    ]

    /// Returns the Latin words of a page's text.
    private static func latinWords(_ page: String) -> Set<String> {
        let texts = page.replacing(#/<style>[\s\S]*?</style>/#, with: " ")
        let attributes = texts.matches(of: #/(?:title|aria-label|data-title)="([^"]*)"/#).map { String($0.1) }
        return words([texts.replacing(#/<[^>]*>/#, with: " ").replacing(#/&[a-z#0-9]+;/#, with: " ")] + attributes)
    }

    /// Returns the words of the data that a page shows, from the status JSON.
    private static func dataWords(_ json: String) -> Set<String> {
        let keys =
            #/"(?:version|source|name|resource|workspace_id|region|base_url|enterprise_project_id|endpoint_id|type|status|error|error_code|error_msg|message|reason|request_id|unit|description|owner|pool_id)":"((?:[^"\\]|\\.)*)"/#
        return words(
            json.matches(of: keys).map { String($0.1) } + json.matches(of: #/"([A-Z_]+)":[0-9]/#).map { String($0.1) })
    }

    private static func words(_ texts: [String]) -> Set<String> {
        // Configuration keys and permissions, such as poll.interval, are the same in both languages.
        let texts = texts.map { $0.replacing(#/[A-Za-z]+[._:][A-Za-z_.:]+/#, with: " ") }
        return Set(texts.flatMap { $0.matches(of: #/[A-Za-z]{2,}/#).map { String($0.0) } })
    }

    @Test(
        "A page in Chinese has no English words but names, units, label values and configuration keys",
        arguments: [
            "/", "/?q=x", "/?state=failing", "/?workspace_id=w1", "/?workspace_id=w2", "/?workspace_id=w3",
            "/?workspace_id=w4", "/?page=2", "/?source=none", "/none", "/endpoints", "/endpoints?attention=any",
            "/endpoints?q=none",
        ])
    func complete(target: String) async {
        let headers = [(name: "Accept-Language", value: "zh"), (name: "Accept", value: "text/html")]
        for report in [SampleReport.report(), SampleReport.blind(), SampleReport.large(250), SampleReport.lake()] {
            let web = Web(report: report)
            let page = await web.get(target, headers).text
            let labels = FailureReason.allCases.map(\.rawValue) + CredentialKind.allCases.map(\.rawValue)
            var json = await web.get("/api/v1/status").text
            for workspace in report.workspaces.prefix(4) {
                json += await web.get("/api/v1/status?workspace_id=\(workspace.workspace.key.workspaceID)").text
            }
            let known = Self.shared.union(labels).union(Self.dataWords(json))
            let words = Self.latinWords(page).subtracting(known)
            #expect(words.isEmpty, "\(words.sorted())")
        }
    }

    @Test("The test for English words finds them")
    func finds() async {
        let page = await Web().get("/").text
        #expect(Self.latinWords(page).isSuperset(of: ["Needs", "attention", "Workspaces", "down", "Belongs"]))
    }
}
