// SPDX-License-Identifier: Apache-2.0
import Exposition
import HTTPServer
import Polling
import Synchronization
import TestSupport

@testable import WebServer

/// A server with a small metrics page, called without a socket.
struct Web {
    static let gauge = MetricFamily(.gauge, "t_gauge", labels: [], help: "A gauge.")
    static let registry = MetricRegistry([.init("T", [gauge] + ServerFamilies.families)])

    final class Source: PageSource {
        let counters: RequestCounters?
        init(counters: RequestCounters?) { self.counters = counters }

        var version: UInt64 { 1 }
        var liveFamilies: Set<String> { Set(ServerFamilies.families.map(\.name)) }
        func liveFragments() -> [Fragment] { counters.map { [$0.fragment()] } ?? [] }
        func fragments() -> [Fragment] {
            var builder = FragmentBuilder()
            builder.add(gauge, .integer(7))
            return [builder.build()]
        }
        func fragments(of selection: PageSelection) -> [Fragment]? {
            guard selection == PageSelection(workspaceIDs: ["w1"]) else { return nil }
            var builder = FragmentBuilder(labels: [Label("workspace_id", "w1")])
            builder.add(gauge, .integer(1))
            return [builder.build()]
        }
        var all: [Fragment] { fragments() + liveFragments() }
    }

    final class Readiness: Sendable {
        private let isReady = Mutex(true)
        func withLock<Result>(_ body: (inout Bool) -> Result) -> Result { isReady.withLock { body(&$0) } }
    }

    let counters = RequestCounters()
    let ready = Readiness()
    let healthy = Readiness()
    let source: Source
    let server: MetricsServer

    /// - Parameter countsItself: whether the page shows the server's own counters.
    init(
        telemetryPath: String = "/metrics", maximumRequests: Int = 40, countsItself: Bool = false,
        report: StatusReport = SampleReport.report(), externalURL: String? = nil, access: AccessRules = AccessRules(),
        status: (@Sendable () -> StatusReport)? = nil
    ) {
        source = Source(counters: countsItself ? counters : nil)
        let (ready, healthy) = (ready, healthy)
        server = MetricsServer(
            telemetryPath: telemetryPath, maximumRequests: maximumRequests, version: "1.2.3",
            externalURL: externalURL.flatMap { ExternalURL($0) },
            pages: PageCache(registry: Self.registry, source: source), counters: counters,
            status: status ?? { report }, access: { access }, isReady: { ready.withLock { $0 } },
            isHealthy: { healthy.withLock { $0 } })
    }

    func get(
        _ target: String, method: String = "GET", _ headers: [(name: String, value: String)] = []
    ) async -> ListenerResponse {
        await server.handle(ListenerRequest(method: method, target: target, headers: headers))
    }

    /// The counted requests: path, status, number.
    var counted: [String] {
        let page = String(decoding: Self.registry.render(.text, fragments: [counters.fragment()]), as: UTF8.self)
        return page.split(separator: "\n").filter { $0.hasPrefix("dataarts_fabric_exporter_http_requests_total{") }
            .map { line in
                let parts = line.split(separator: "\"")
                return "\(parts[1]) \(parts[3])\(parts[4].dropFirst())"
            }
    }
}

extension ListenerResponse {
    var headerLines: [String] { headers.map { "\($0.0): \($0.1)" } }

    var bytes: [UInt8] {
        switch body {
        case .bytes(let bytes): bytes
        case .pieces(let pieces): Array(pieces.joined())
        case .none, .stream: []
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
