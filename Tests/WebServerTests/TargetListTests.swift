// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Polling
import Testing

@testable import WebServer

@Suite("Service discovery and selection")
struct TargetListTests {
    private func discovered() -> StatusReport {
        var report = SampleReport.report()
        report.workspaces = Array(report.workspaces.dropFirst(3))
        return report
    }

    @Test("Each workspace is a target at the requested host")
    func targets() async {
        let response = await Web(report: discovered()).get("/sd", [("Host", "[::1]:9942")])
        #expect(response.status == 200)
        #expect(response.headerLines[0] == "Content-Type: application/json")
        #expect(
            response.text == """
                [{"targets":["[::1]:9942"],"labels":{"__metrics_path__":"/metrics",\
                "__param_source":"zweite & <Quelle>","__param_workspace_id":"w4",\
                "instance":"zweite & <Quelle>/w4","__meta_dataarts_fabric_source":"zweite & <Quelle>",\
                "__meta_dataarts_fabric_workspace_id":"w4","__meta_dataarts_fabric_workspace":"new"}}]

                """)
    }

    @Test(
        "The external URL replaces host, scheme and the start of the path",
        arguments: [
            ("http://exporter.example", "exporter.example", "http", "/m"),
            ("https://exporter.example:80/?a=b/#c/", "exporter.example:80", "https", "/m"),
            ("https://[::1]:80/fabric/1//", "[::1]:80", "https", "/fabric/1/m"),
        ])
    func external(url: String, host: String, scheme: String, path: String) async {
        let web = Web(telemetryPath: "/m", report: discovered(), externalURL: url)
        let labels = #""labels":{"__scheme__":"\#(scheme)","__metrics_path__":"\#(path)","__param_source":"#
        #expect(await web.get("/sd", [("Host", "10.0.0.1")]).text.hasPrefix(#"[{"targets":["\#(host)"],\#(labels)"#))
        #expect(await web.get("/sd").status == 200)
    }

    @Test(
        "Other external URLs are invalid",
        arguments: [
            "", "h:80", "ftp://h", "http://", "http:///a", "https://:80", "http://u@h", "http://h /", "http://h/ a",
        ])
    func invalid(url: String) {
        #expect(ExternalURL(url) == nil)
    }

    @Test("A request without a valid host is rejected", arguments: [nil, "", "a b", "a\"b"])
    func noHost(host: String?) async {
        let response = await Web(report: discovered()).get("/sd", host.map { [("Host", $0)] } ?? [])
        #expect(response.status == 400)
    }

    @Test("There is no target list until all sources have discovered their workspaces")
    func early() async {
        var report = discovered()
        report.sources[1].discovery?.lastSuccess = nil
        #expect(await Web(report: report).get("/sd", [("Host", "h")]).status == 503)
    }

    @Test("A scrape of selected workspaces returns only their metrics; an unknown workspace is 404")
    func selection() async {
        let web = Web()
        let page = await web.get("/metrics?workspace_id=w1")
        #expect(page.status == 200)
        #expect(page.text == "# HELP t_gauge A gauge.\n# TYPE t_gauge gauge\nt_gauge{workspace_id=\"w1\"} 1\n")
        #expect(await web.get("/metrics?workspace_id=w1&source=").text == page.text)
        let open = await web.get("/metrics?workspace_id=w1", [("Accept", "application/openmetrics-text;version=1.0.0")])
        #expect(open.text.hasSuffix("t_gauge{workspace_id=\"w1\"} 1\n# EOF\n"))
        let zipped = await web.get("/metrics?workspace_id=w1", [("Accept-Encoding", "gzip")])
        #expect(zipped.headerLines.contains("Content-Encoding: gzip"))
        #expect(zipped.bytes.starts(with: [0x1F, 0x8B]))
        #expect(await web.get("/metrics?workspace_id=w9").status == 404)
        #expect(await web.get("/metrics?workspace_id=").text.contains("t_gauge 7\n"))
    }
}
