// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Exposition
import Fabric
import Polling
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Reload and discovery", .serialized, .timeLimit(.minutes(5)))
struct ExporterReloadTests {
    private static func cloud(_ workspaces: Int) -> SimulatedCloud {
        Scene.cloud(seed: 6, workspaces: workspaces, endpointsEach: 4)
    }

    @Test("A reload removes the series of removed workspaces, and keeps those of the others")
    func leavesAndStays() async throws {
        let cloud = Self.cloud(2)
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            var configuration = scene.configuration
            configuration.sources[0].workspaces.removeLast()
            try await scene.exporter.apply(configuration)
            let page = scene.page()
            #expect(page.domainLines(of: "workspace-1") == [])
            #expect(page.value("dataarts_fabric_workspace_listed_records") == "4")
            #expect(page.value("dataarts_fabric_workspace_polls_total") == "1")
            #expect(page.value("dataarts_fabric_api_requests_total", "list_endpoints") == "2")
        }
    }

    @Test("A reload opens new connections to the API, and polls between reloads share one")
    func connections() async throws {
        let body = #"{"total":0,"endpoints":[]}"#
        let server = try ScriptedServer(
            .answer("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body))
        defer { server.stop() }
        let source = SourceSettings(
            name: "s", region: nil, baseURL: server.url(""), auth: .token(.value(Secret("t"))),
            workspaces: [WorkspaceSettings(id: "w", name: nil)])
        let configuration = ExporterConfiguration(sources: [source])
        let exporter = try await Exporter(configuration, logger: Scene.quiet)
        for reloads in 0..<3 {
            for _ in 0..<2 { await exporter.pollOnce() }
            #expect(server.log.connections == reloads + 1)
            try await exporter.apply(configuration)
        }
        #expect(server.log.requests.count == 6)
        // The previous connections are closed.
        await server.wait { $0.closedByPeer == 3 }
        await exporter.shutDown()
    }

    @Test
    func `A reload changes the labels of a workspace and nothing else`() async throws {
        try await Scene.run(Self.cloud(1)) { scene in
            await scene.exporter.pollOnce()
            let before = scene.page().domainLines(of: "workspace-0")
            var configuration = scene.configuration
            configuration.sources[0].workspaces[0].labels = ["team": "risk", "tier": "gold \"1\""]
            try await scene.exporter.apply(configuration)
            let page = scene.page()
            #expect(!before.isEmpty && page.domainLines(of: "workspace-0") == before)
            #expect(page.value("dataarts_fabric_workspace_polls_total") == "1")
            let info = page.lines.first { $0.hasPrefix("dataarts_fabric_workspace_info{") }
            #expect(info?.hasSuffix(#",discovered="false",team="risk",tier="gold \"1\""} 1"#) == true)
        }
    }

    @Test
    func `No configured label can have the name of an exported one`() {
        let names = Set(MetricRegistry.exporter.families.flatMap(\.labels))
        #expect(names.subtracting(ConfiguredLabels.reserved) == [])
    }

    @Test("A reload changes the exported prices")
    func prices() async throws {
        let family = "dataarts_fabric_unit_price_per_hour"
        try await Scene.run(Self.cloud(1)) { scene in
            let cache = PageCache(registry: .exporter, source: scene.exporter)
            /// Returns the prices of the cached page, which equal those of the textfile page.
            func lines() async -> [String] {
                let pages = [ScenePage(Array(await cache.page(.text, gzip: false).joined())), scene.page()]
                    .map { $0.lines.filter { $0.hasPrefix(family) } }
                #expect(pages[0] == pages[1])
                return pages[0]
            }
            var configuration = scene.configuration
            #expect(await lines() == [])
            configuration.prices = PriceSettings(
                currency: "CNY",
                perHour: [UnitPrice(.dpu, specCode: "fabric.sql.dcu.std", price: 0.35), UnitPrice(.mu, price: 2)])
            try await scene.exporter.apply(configuration)
            #expect(
                await lines() == [
                    #"\#(family){unit="dpu",spec_code="fabric.sql.dcu.std",currency="CNY"} 0.35"#,
                    #"\#(family){unit="mu",currency="CNY"} 2"#,
                ])
            configuration.prices = PriceSettings(currency: "EUR", perHour: [UnitPrice(.apu, price: 0)])
            try await scene.exporter.apply(configuration)
            #expect(await lines() == [#"\#(family){unit="apu",currency="EUR"} 0"#])
            configuration.prices = nil
            try await scene.exporter.apply(configuration)
            #expect(await lines() == [])
        }
    }

    @Test("A renamed workspace starts with new series")
    func renamed() async throws {
        try await Scene.run(Self.cloud(1)) { scene in
            await scene.exporter.pollOnce()
            var configuration = scene.configuration
            configuration.sources[0].workspaces[0].name = "renamed"
            try await scene.exporter.apply(configuration)
            #expect(scene.page().lines.filter { $0.contains("workspace=\"workspace-0\"") } == [])
            #expect(scene.page().value("dataarts_fabric_workspace_polls_total", "workspace=\"renamed\"") == "0")
            await scene.exporter.pollOnce()
            #expect(scene.page().isUp("renamed"))
        }
    }

    @Test("A new token replaces a rejected one at once, and counters are kept")
    func newToken() async throws {
        let cloud = Self.cloud(1)
        cloud.tokens = ["new"]
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.page().value("dataarts_fabric_source_locked_out") == "1")
            var configuration = scene.configuration
            configuration.sources[0].auth = .token(.value(Secret("new")))
            try await scene.exporter.apply(configuration)
            await scene.exporter.pollOnce()
            #expect(scene.page().value("dataarts_fabric_source_locked_out") == "0")
            #expect(scene.page().isUp("workspace-0"))
            #expect(scene.page().value("dataarts_fabric_workspace_polls_total") == "2")
        }
    }

    @Test("An invalid source leaves everything unchanged")
    func badSource() async throws {
        try await Scene.run(Self.cloud(1)) { scene in
            await scene.exporter.pollOnce()
            let before = scene.page().lines
            var configuration = scene.configuration
            configuration.sources[0].workspaces = []
            configuration.sources.append(
                SourceSettings(
                    name: "other", region: nil, baseURL: "http://127.0.0.1:1",
                    auth: .accessKey(
                        AccessKeySettings(id: "AK", secret: .value(Secret("sk-0123456789")))), workspaces: []))
            await #expect(throws: ExporterError.self) { try await scene.exporter.apply(configuration) }
            #expect(scene.page().lines == before)
        }
    }

    @Test("Discovery selects matching workspaces, and configured names take precedence")
    func discovery() async throws {
        let cloud = Self.cloud(4)
        try await Scene.run(cloud) { scene in
            var configuration = scene.configuration
            configuration.sources[0].workspaces = [WorkspaceSettings(id: cloud.workspaces[0].id, name: "mine")]
            configuration.sources[0].discovery = DiscoverySettings()
            configuration.sources[0].discovery?.exclude = NamePattern("-2$")
            try await scene.exporter.apply(configuration)
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(page.isUp("mine") && page.isUp("workspace-1") && page.isUp("workspace-3"))
            #expect(page.domainLines(of: "workspace-0") == [] && page.domainLines(of: "workspace-2") == [])
            #expect(page.value("dataarts_fabric_workspace_info", "mine", "discovered=\"false\"") == "1")
            #expect(page.value("dataarts_fabric_workspace_info", "workspace-3", "discovered=\"true\"") == "1")
            #expect(page.value("dataarts_fabric_discovery_up") == "1")
            #expect(page.value("dataarts_fabric_discovery_workspaces") == "4")
        }
    }

    @Test("A workspace that is no longer discovered loses its series; a failed discovery keeps known workspaces")
    func discoveryChanges() async throws {
        let cloud = Self.cloud(2)
        try await Scene.run(cloud) { scene in
            var configuration = scene.configuration
            configuration.sources[0].workspaces = []
            configuration.sources[0].discovery = DiscoverySettings()
            try await scene.exporter.apply(configuration)
            await scene.exporter.pollOnce()
            #expect(scene.page().isUp("workspace-0") && scene.page().isUp("workspace-1"))

            cloud.inject(.status(500, body: []), for: .operation(.listWorkspaces))
            await scene.exporter.pollOnce()
            #expect(scene.page().value("dataarts_fabric_discovery_up") == "0")
            #expect(scene.page().value("dataarts_fabric_discovery_failures_total", "server") == "1")
            #expect(scene.page().isUp("workspace-0") && scene.page().isUp("workspace-1"))

            cloud.clearFaults()
            cloud.removeWorkspace(cloud.workspaces[1].id)
            await scene.exporter.pollOnce()
            #expect(scene.page().lines.filter { $0.contains("workspace-1") } == [])
            #expect(scene.page().isUp("workspace-0"))
        }
    }

    @Test("A discovery without workspaces to poll is a warning until a discovered workspace is configured")
    func nothingDiscovered() async throws {
        let cloud = Self.cloud(2)
        try await Scene.run(cloud) { scene in
            func warning() -> DiscoveryWarning? {
                let report = scene.exporter.statusReport()
                return report.sources.first.flatMap { report.warning(of: $0) }
            }
            var configuration = scene.configuration
            configuration.sources[0].workspaces = []
            configuration.sources[0].discovery = DiscoverySettings()
            configuration.sources[0].discovery?.include = NamePattern("typo")
            try await scene.exporter.apply(configuration)
            await scene.exporter.pollOnce()
            #expect(warning() == .nothingSelected(found: 2))
            configuration.sources[0].workspaces = [WorkspaceSettings(id: cloud.workspaces[1].id)]
            try await scene.exporter.apply(configuration)
            await scene.exporter.pollOnce()
            #expect(warning() == nil)
        }
    }

    /// Runs `body` with an exporter of discovered workspaces, and configurations for its cloud and another one.
    private static func move(
        of cloud: SimulatedCloud, to other: SimulatedCloud,
        _ body: (_ scene: Scene, _ here: ExporterConfiguration, _ there: ExporterConfiguration) async throws -> Void
    ) async throws {
        let server = try await SimulatorServer.start(other, logger: Scene.quiet)
        let running = Task { try await server.run() }
        try await Scene.run(cloud) { scene in
            var here = scene.configuration
            here.sources[0].workspaces = []
            here.sources[0].discovery = DiscoverySettings()
            try await scene.exporter.apply(here)
            await scene.exporter.pollOnce()
            var there = here
            there.sources[0].baseURL = server.baseURL
            try await body(scene, here, there)
        }
        await server.shutdown()
        try await running.value
    }

    @Test("After a reload with another address, previously discovered workspaces are not polled")
    func moved() async throws {
        let other = Self.cloud(3)
        other.inject(.status(500, body: []), for: .operation(.listWorkspaces))
        try await Self.move(of: Self.cloud(2), to: other) { scene, _, there in
            #expect(scene.page().isUp("workspace-1"))
            try await scene.exporter.apply(there)
            #expect(scene.page().lines.filter { $0.contains("workspace_id=") } == [])
            await scene.exporter.pollOnce()
            #expect(other.requestCount(.listWorkspaces) == 1 && other.requestCount(.listEndpoints) == 0)
            let page = scene.page()
            #expect(page.lines.filter { $0.contains("workspace_id=") } == [])
            #expect(page.value("dataarts_fabric_discovery_up") == "0")
            #expect(page.value("dataarts_fabric_discovery_workspaces") == nil)
            #expect(page.value("dataarts_fabric_discovery_failures_total", "server") == "1")
            let source = try #require(scene.exporter.statusReport().sources.first)
            #expect(scene.exporter.statusReport().warning(of: source) == .neverSucceeded(.server))
            other.clearFaults()
            await scene.exporter.pollOnce()
            #expect(scene.page().isUp("workspace-2"))
            #expect(other.requestCount(.listEndpoints) == 3)
        }
    }

    @Test("A reload with another address ends throttling")
    func movedWhileThrottled() async throws {
        let cloud = Self.cloud(2)
        try await Self.move(of: cloud, to: Self.cloud(2)) { scene, _, there in
            cloud.inject(
                .status(429, body: [], headers: [("Retry-After", "300")]), for: .operation(.listEndpoints))
            await scene.exporter.pollOnce()
            #expect(scene.page().value("dataarts_fabric_source_throttled") == "1")
            let report = scene.exporter.statusReport()
            let until = try #require(report.sources.first?.throttledUntil)
            #expect((200_000_000...300_000_000).contains(until.microseconds - report.time.microseconds))
            try await scene.exporter.apply(there)
            #expect(scene.page().value("dataarts_fabric_source_throttled") == "0")
            await scene.exporter.pollOnce()
            #expect(scene.page().isUp("workspace-0") && scene.page().isUp("workspace-1"))
        }
    }

    @Test("A reload with other patterns or another credential keeps known workspaces and discovers at once")
    func otherCredential() async throws {
        let cloud = Self.cloud(2)
        try await Self.move(of: cloud, to: Self.cloud(1)) { scene, here, _ in
            let polling = Task { await scene.exporter.pollForever() }
            try await until { cloud.requestCount(.listWorkspaces) == 2 }
            cloud.tokens = ["new"]
            cloud.inject(.status(500, body: []), for: .operation(.listWorkspaces))
            var new = here
            new.sources[0].auth = .token(.value(Secret("new")))
            new.sources[0].discovery?.name = "work"
            try await scene.exporter.apply(new)
            #expect(scene.page().value("dataarts_fabric_workspace_info", "workspace-0") == "1")
            try await until { cloud.requestCount(.listWorkspaces) == 3 }
            new.sources[0].auth = .token(.value(Secret("newer")))
            try await scene.exporter.apply(new)
            try await until { cloud.requestCount(.listWorkspaces) == 4 }
            #expect(scene.page().value("dataarts_fabric_workspace_info", "workspace-0") == "1")
            polling.cancel()
            await polling.value
        }
    }

    private func until(_ condition: () -> Bool) async throws {
        for _ in 0..<600 where !condition() { try await ContinuousClock().sleep(for: .milliseconds(50)) }
        #expect(condition())
    }
}
