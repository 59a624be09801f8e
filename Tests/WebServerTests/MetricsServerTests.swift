// SPDX-License-Identifier: Apache-2.0
import Exposition
import HTTPServer
import Synchronization
import TestSupport
import Testing

@testable import WebServer

@Suite("The metrics server")
struct MetricsServerTests {
    static let text = "text/plain; charset=utf-8"

    static let routes: [(method: String, target: String, status: Int, body: String, allow: String?)] = [
        ("GET", "/-/healthy", 200, "Healthy.\n", nil), ("HEAD", "/-/healthy", 200, "Healthy.\n", nil),
        ("GET", "/-/ready", 200, "Ready.\n", nil), ("GET", "/-/ready?x=y", 200, "Ready.\n", nil),
        (
            "POST", "/-/reload", 403, "Reloading over HTTP is disabled; set --web.enable-lifecycle to enable it.\n", nil
        ),
        ("GET", "/-/reload", 405, "Method not allowed.\n", "POST"),
        ("POST", "/metrics", 405, "Method not allowed.\n", "GET, HEAD"),
        ("DELETE", "/", 405, "Method not allowed.\n", "GET, HEAD"),
        ("get", "/-/healthy", 405, "Method not allowed.\n", "GET, HEAD"),
        ("PUT", "/-/ready", 405, "Method not allowed.\n", "GET, HEAD"),
        ("GET", "/metrics/", 404, "Not found.\n", nil), ("GET", "/Metrics", 404, "Not found.\n", nil),
        ("GET", "metrics", 404, "Not found.\n", nil), ("POST", "/x", 404, "Not found.\n", nil),
        ("GET", "//", 404, "Not found.\n", nil), ("GET", "/-/", 404, "Not found.\n", nil),
        ("GET", "/other", 404, "Not found.\n", nil),
    ]

    @Test("Each path has its response", arguments: routes)
    func route(method: String, target: String, status: Int, body: String, allow: String?) async {
        let web = Web()
        let response = await web.server.handle(ListenerRequest(method: method, target: target))
        #expect(response.status == status)
        #expect(response.text == body)
        var headers = ["Content-Type: \(Self.text)"]
        if let allow { headers.append("Allow: \(allow)") }
        #expect(response.headerLines == headers + ["X-Content-Type-Options: nosniff"])
    }

    @Test("The server is unhealthy while the polls of all workspaces have stalled")
    func health() async {
        let web = Web()
        web.healthy.withLock { $0 = false }
        #expect(await web.get("/-/healthy").status == 503)
        #expect(await web.get("/-/ready").status == 200)
        web.healthy.withLock { $0 = true }
        #expect(await web.get("/-/healthy").status == 200)
    }

    @Test("Metrics are served in the requested format and encoding, with matching headers")
    func metrics() async {
        let web = Web()
        for format in ExpositionFormat.allCases {
            for gzip in [false, true] {
                for method in ["GET", "HEAD"] {
                    let accept = format == .text ? "*/*" : "application/openmetrics-text;version=1.0.0"
                    let response = await web.get(
                        "/metrics?x=1", method: method,
                        [("accept", accept), ("Accept-Encoding", gzip ? "gzip" : "identity")])
                    #expect(response.status == 200)
                    #expect(
                        response.headerLines == [
                            "Content-Type: \(format.contentType)", "Vary: Accept, Accept-Encoding",
                        ]
                            + (gzip ? ["Content-Encoding: gzip"] : []) + ["X-Content-Type-Options: nosniff"])
                    let page = gzip ? gunzip(response.bytes) : response.bytes
                    #expect(page == Web.registry.render(format, fragments: web.source.all))
                }
            }
        }
    }

    @Test("A configured telemetry path replaces the default")
    func telemetryPath() async {
        let web = Web(telemetryPath: "/probe/fabric")
        #expect(await web.get("/probe/fabric").status == 200)
        #expect(await web.get("/metrics").status == 404)
        #expect(await web.get("/").text.contains(#"<a href="./probe/fabric">"#))
        #expect(web.counted == ["/ 200 1", "/probe/fabric 200 1", "other 404 1"])
    }

    @Test("Metrics at the root path replace the status page")
    func root() async {
        let web = Web(telemetryPath: "/")
        #expect(await web.get("/").headerLines[0] == "Content-Type: \(ExpositionFormat.text.contentType)")
        #expect(web.counted == ["/ 200 1"])
    }

    @Test("Readiness follows the first polls")
    func ready() async {
        let web = Web()
        web.ready.withLock { $0 = false }
        let before = await web.get("/-/ready")
        #expect(before.status == 503 && before.text == "Not ready: not all workspaces have been polled.\n")
        #expect(await web.get("/-/healthy").status == 200)
        #expect(await web.get("/metrics").status == 200)
        web.ready.withLock { $0 = true }
        #expect(await web.get("/-/ready").status == 200)
    }

    @Test("Beyond the limit of concurrent requests the response is 503, except for probes")
    func limit() async {
        let web = Web(maximumRequests: 2)
        _ = web.counters.begin()
        #expect(await web.get("/metrics").status == 200)
        _ = web.counters.begin()
        for path in ["/metrics", "/", "/x", "/-/reload"] {
            let response = await web.get(path)
            #expect(response.status == 503)
            #expect(response.text == "Limit of concurrent requests reached (2); try again later.\n")
            #expect(response.headerLines == ["Content-Type: \(Self.text)", "X-Content-Type-Options: nosniff"])
        }
        for path in ["/-/healthy", "/-/ready"] { #expect(await web.get(path).status == 200) }
        web.counters.end()
        #expect(await web.get("/metrics").status == 200)
    }

    @Test("A limit of 0 disables it")
    func unlimited() async {
        let web = Web(maximumRequests: 0)
        for _ in 0..<1_000 { _ = web.counters.begin() }
        #expect(await web.get("/metrics").status == 200)
    }

    @Test("Requests are counted by path and status, unknown paths together")
    func counts() async {
        let web = Web()
        for target in ["/metrics", "/metrics?a", "/", "/-/healthy", "/-/ready", "/-/reload", "/a", "/b\"\n", "metrics"]
        {
            _ = await web.get(target)
        }
        _ = await web.get("/-/reload", method: "POST")
        #expect(
            web.counted == [
                "/ 200 1", "/-/healthy 200 1", "/-/ready 200 1", "/-/reload 403 1", "/-/reload 405 1", "/metrics 200 2",
                "other 404 3",
            ])
        let page = String(
            decoding: Web.registry.render(.text, fragments: [web.counters.fragment()]), as: UTF8.self)
        #expect(page.contains("dataarts_fabric_exporter_http_requests_total{path=\"/metrics\",code=\"200\"} 2\n"))
        #expect(page.hasPrefix("# HELP dataarts_fabric_exporter_http_requests_in_flight "))
        #expect(page.contains("\ndataarts_fabric_exporter_http_requests_in_flight 0\n"))
    }

    @Test("The number of requests in flight includes the scrape itself")
    func inFlight() async {
        let web = Web(countsItself: true)
        #expect(await web.get("/metrics").text.contains("\ndataarts_fabric_exporter_http_requests_in_flight 1\n"))
    }

    @Test("Metric families follow the naming conventions")
    func conventions() {
        #expect(faults(of: ServerFamilies.families) == [])
    }
}
