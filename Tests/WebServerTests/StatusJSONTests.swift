// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import HTTPServer
import Polling
import Testing

@testable import WebServer

@Suite("Secrets in status pages and JSON")
struct StatusJSONTests {
    @Test(
        "A secret that the API returns in a name, status, message or id is redacted on all pages",
        arguments: [
            "/", "/?workspace_id=w1", "/?workspace_id=w5", "/api/v1/status", "/api/v1/status?workspace_id=w5", "/sd",
        ])
    func secrets(target: String) async {
        let value = "a \"secret\" of/StatusJSONTests"
        let secret = Secret(value)
        var report = SampleReport.report()
        for index in report.sources.indices { report.sources[index].discovery?.lastSuccess = SampleReport.now }
        var listed = report.workspaces[0]
        listed.workspace = SampleReport.workspace("w5", value, discovered: true)
        let rows = [SampleReport.row("e", value, value + "_FAILED", code: value, message: "said: \(value)")]
        let failure = ListingStatus.Failure(
            reason: .forbidden, message: value, status: 403, code: value, requestID: value)
        listed.listings = SampleReport.endpoints(
            [SampleReport.poll(5, failure)], lastSuccess: SampleReport.before(12), SampleReport.served(rows))
        report.workspaces.append(listed)
        let response = await Web(report: report).get(target, [("Host", "h")])
        withExtendedLifetime(secret) {
            #expect(response.status == 200)
            #expect(!response.text.contains("of/StatusJSONTests") && !response.text.contains("of\\/StatusJSONTests"))
            #expect(target == "/?workspace_id=w1" || response.text.contains("REDACTED"))
        }
    }

    @Test(arguments: ["/?workspace_id=w5&lang=en", "/api/v1/status?workspace_id=w5"])
    func `The configured labels of a workspace are shown`(target: String) async {
        var report = SampleReport.report()
        var listed = report.workspaces[0]
        listed.workspace = SampleReport.workspace("w5", "lake")
        listed.workspace.infoLabels = ["tier": "gold", "team": "risk <1>"]
        report.workspaces.append(listed)
        let text = await Web(report: report).get(target, [("Host", "h")]).text
        #expect(
            text.contains(
                target.hasPrefix("/api")
                    ? #""labels":{"team":"risk <1>","tier":"gold"}"#
                    : "<dt>Labels</dt><dd>team=risk &lt;1&gt;, tier=gold</dd>"))
    }

    @Test("A secret that equals the name of a JSON member does not change it")
    func members() async {
        let secret = Secret("malformed_fields")
        let response = await Web(report: SampleReport.report()).get("/api/v1/status")
        withExtendedLifetime(secret) { #expect(response.text.contains(#""malformed_fields":"#)) }
    }
}
