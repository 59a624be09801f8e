// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Polling
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite(.timeLimit(.minutes(3)))
struct ExporterQuotasTests {
    private static let project = "0605767ac280d5762f8cc01ab2b4ba1d"
    private static let used = "dataarts_fabric_quota_used"
    private static let up = "dataarts_fabric_quota_up"

    private static func cloud() -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 3, workspaces: 2, endpointsEach: 5)
        cloud.quotas = [
            project: [
                SimulatedQuota(type: "compute", quota: 100, used: 92),
                SimulatedQuota(type: "workspace", quota: -1, used: 2),
            ], "other": [SimulatedQuota(type: "compute", quota: 10, used: 1)],
        ]
        return cloud
    }

    /// Runs `body` with an exporter that collects quotas.
    private static func run(
        _ cloud: SimulatedCloud, projectID: String? = project, auth: AuthSettings? = nil,
        authAt: ((_ address: String) -> AuthSettings)? = nil, clock: ManualClock? = nil,
        poll: (inout PollSettings) -> Void = { _ in },
        _ body: (Scene) async throws -> Void
    ) async throws {
        try await Scene.run(
            cloud, poll: poll, auth: auth ?? .token(.value(Secret(Scene.token))), authAt: authAt, clock: clock
        ) { scene in
            try await scene.exporter.apply(collecting(scene, projectID))
            try await body(scene)
        }
    }

    private static func collecting(
        _ scene: Scene, _ projectID: String? = project, interval: Duration = .seconds(3_600)
    ) -> ExporterConfiguration {
        var configuration = scene.configuration
        configuration.sources[0].collect.quotas = .init(interval: interval, projectID: projectID)
        return configuration
    }

    /// The lines that quotas must not change.
    private static func otherLines(_ page: ScenePage) -> [String] {
        page.lines.filter { $0.contains("workspace_id=") }
    }

    @Test func `Quotas are exported with one request, after endpoints`() async throws {
        let cloud = Self.cloud()
        try await Self.run(cloud) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(page.value(Self.used, #"resource="compute""#) == "92")
            #expect(page.value(Self.used, #"resource="workspace""#) == "2")
            #expect(page.value("dataarts_fabric_quota_limit") == "100")
            #expect(page.value(Self.up, #"source="simulated""#) == "1")
            #expect(cloud.requestCount(.listQuotas) == 1)
            #expect(
                page.value("dataarts_fabric_api_requests_total", #"operation="list_quotas""#, #"code="200""#) == "1")
            #expect(scene.exporter.failingQuotas == [])
        }
    }

    @Test func `A source that collects nothing has no series of quotas and sends no request`() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            #expect(!scene.page().lines.contains { $0.contains("quota") })
            #expect(cloud.requestCount(.listQuotas) == 0)
            #expect(scene.exporter.statusReport().sources[0].quotas == nil)
        }
    }

    @Test(arguments: ["access_key", "access_key without project", "password"])
    func `The project is that of the credential by default`(_ kind: String) async throws {
        let cloud = Self.cloud()
        cloud.updateIdentity { identity in
            identity.keys["EXAMPLEAK"] = .init(secret: "exampleSecretKey/0123456789")
            identity.users = [(domain: "acme", name: "exporter", password: "p4ssword-of-tests")]
        }
        try await Self.run(
            cloud, projectID: nil,
            authAt: { address in
                switch kind {
                case "password":
                    .password(
                        PasswordSettings(
                            iamURL: address, domain: "acme", user: "exporter",
                            password: .value(Secret("p4ssword-of-tests")), project: .name("cn-north-4")))
                default:
                    .accessKey(
                        AccessKeySettings(
                            id: "EXAMPLEAK", secret: .value(Secret("exampleSecretKey/0123456789")),
                            projectID: kind == "access_key" ? Self.project : nil, iamURL: address))
                }
            }
        ) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.page().value(Self.used, #"resource="compute""#) == "92")
        }
    }

    @Test func `Without a known project quotas fail, without a request`() async throws {
        let cloud = Self.cloud()
        try await Self.run(cloud, projectID: nil) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(page.value("dataarts_fabric_quota_failures_total", #"reason="credentials""#) == "1")
            #expect(page.value(Self.up) == "0")
            #expect(cloud.requestCount(.listQuotas) == 0)
            #expect(scene.exporter.failing.isEmpty && scene.exporter.failingQuotas == ["simulated"])
            let failure = scene.exporter.statusReport().sources[0].quotas?.failure
            #expect(failure?.message.contains("set collect.quotas.project_id") == true)
        }
    }

    @Test(arguments: [
        Fault.status(403, body: [], headers: []), .status(401, body: [], headers: []), .reset, .rejected,
        .rawBody(Array("{}".utf8)), .html200, .status(500, body: [], headers: []),
    ])
    func `A failure of quotas concerns only quotas, and recovers`(_ fault: Fault) async throws {
        let cloud = Self.cloud()
        try await Self.run(cloud) { scene in
            await scene.exporter.pollOnce()
            let before = Self.otherLines(scene.page()).filter { $0.hasPrefix("dataarts_fabric_workspace_up") }
            cloud.inject(fault, for: .operation(.listQuotas))
            for _ in 0..<3 { await scene.exporter.pollOnce() }
            let page = scene.page()
            #expect(page.value(Self.up) == "0" && page.value(Self.used, #"resource="compute""#) == "92")
            #expect(Self.otherLines(page).filter { $0.hasPrefix("dataarts_fabric_workspace_up") } == before)
            #expect(page.value("dataarts_fabric_source_locked_out") == "0")
            #expect(scene.exporter.failing.isEmpty)
            cloud.clearFaults(ofOperation: .listQuotas)
            await scene.exporter.pollOnce()
            #expect(scene.page().value(Self.up) == "1")
        }
    }

    @Test func `Hanging quotas fail with timeout, and endpoints are polled before and after`() async throws {
        let cloud = Self.cloud()
        cloud.inject(.hang, for: .operation(.listQuotas))
        try await Self.run(
            cloud,
            poll: {
                $0.timeout = .seconds(2)
                $0.concurrency = 2
            }
        ) { scene in
            for polls in 1...2 {
                await scene.exporter.pollOnce()
                let page = scene.page()
                #expect(page.value(Self.up) == "0" && page.value(Self.used) == nil)
                #expect(page.value("dataarts_fabric_quota_failures_total", #"reason="timeout""#) == "\(polls)")
                #expect(scene.exporter.failing.isEmpty && cloud.requestCount(.listEndpoints) == 2 * polls)
            }
        }
    }

    @Test func `Throttled quotas pause the source, which recovers`() async throws {
        let cloud = Self.cloud()
        try await Self.run(cloud) { scene in
            cloud.inject(.throttled(retryAfter: 1), for: .operation(.listQuotas))
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(page.value(Self.up) == "0" && scene.exporter.failing.isEmpty)
            #expect(page.value("dataarts_fabric_quota_failures_total", #"reason="throttled""#) == "1")
            cloud.clearFaults(ofOperation: .listQuotas)
            await scene.exporter.pollOnce()
            #expect(scene.page().value(Self.up) == "1" && scene.exporter.failing.isEmpty)
        }
    }

    @Test func `Stale quotas are not exported; endpoints are`() async throws {
        let cloud = Self.cloud()
        let clock = ManualClock()
        try await Self.run(cloud, clock: clock) { scene in
            await scene.exporter.pollOnce()
            cloud.inject(.status(500, body: [], headers: []), for: .operation(.listQuotas))
            clock.advance(by: .seconds(10_799))
            await scene.exporter.pollOnce()
            #expect(scene.page().value(Self.used, #"resource="compute""#) == "92")
            let version = scene.exporter.version
            clock.advance(by: .seconds(1))
            #expect(scene.exporter.version != version)
            let page = scene.page()
            #expect(page.value(Self.used, #"resource="compute""#) == nil)
            #expect(page.lines.contains { $0.hasPrefix("dataarts_fabric_endpoints{") })
        }
    }

    @Test func `Adding, changing and removing quotas leaves endpoints alone`() async throws {
        let cloud = Self.cloud()
        try await Self.run(cloud) { scene in
            await scene.exporter.pollOnce()
            let others = Self.otherLines(scene.page())
            let requests = cloud.requestCount(.listEndpoints)
            // Another interval keeps the quotas.
            try await scene.exporter.apply(Self.collecting(scene, interval: .seconds(60)))
            #expect(scene.page().value(Self.used, #"resource="compute""#) == "92")
            // Another project has other quotas.
            try await scene.exporter.apply(Self.collecting(scene, "other"))
            #expect(!scene.page().lines.contains { $0.hasPrefix(Self.used) || $0.hasPrefix(Self.up) })
            try await scene.exporter.apply(scene.configuration)
            #expect(!scene.page().lines.contains { $0.contains("_quota_") })
            #expect(Self.otherLines(scene.page()) == others)
            #expect(cloud.requestCount(.listEndpoints) == requests)
            try await scene.exporter.apply(Self.collecting(scene, "other"))
            #expect(Self.otherLines(scene.page()) == others)
            await scene.exporter.pollOnce()
            #expect(scene.page().value(Self.used, #"resource="compute""#) == "1")
        }
    }

    @Test func `Another address ends the quotas at once`() async throws {
        try await Self.run(Self.cloud()) { scene in
            await scene.exporter.pollOnce()
            var configuration = Self.collecting(scene)
            configuration.sources[0].baseURL = "http://127.0.0.1:1"
            try await scene.exporter.apply(configuration)
            #expect(!scene.page().lines.contains { $0.hasPrefix(Self.used) || $0.hasPrefix(Self.up) })
        }
    }

    @Test func `Quotas are read while serving, and a reload that changes nothing does not read them again`()
        async throws
    {
        let cloud = Self.cloud()
        try await Self.run(cloud) { scene in
            let polling = Task { await scene.exporter.pollForever() }
            await cloud.waitForRequests(1, .listQuotas)
            while scene.page().value(Self.up) != "1" { await Task.yield() }
            try await scene.exporter.apply(Self.collecting(scene))
            #expect(scene.page().value(Self.used, #"resource="compute""#) == "92")
            #expect(cloud.requestCount(.listQuotas) == 1)
            cloud.inject(.status(500, body: [], headers: []), for: .operation(.listQuotas))
            try await scene.exporter.apply(Self.collecting(scene, interval: .seconds(1_800)))
            while scene.page().value(Self.up) != "0" { await Task.yield() }
            cloud.clearFaults(ofOperation: .listQuotas)
            // A reload retries quotas that failed.
            try await scene.exporter.apply(Self.collecting(scene, interval: .seconds(1_800)))
            while scene.page().value(Self.up) != "1" { await Task.yield() }
            #expect(cloud.requestCount(.listQuotas) == 3)
            polling.cancel()
            await polling.value
        }
    }

    @Test func `Only the first shard reads quotas, even without workspaces of its own`() async throws {
        let cloud = Self.cloud()
        cloud.updateIdentity { $0.keys["EXAMPLEAK"] = .init(secret: "exampleSecretKey/0123456789") }
        try await Scene.run(cloud) { scene in
            var configuration = Self.collecting(scene, nil)
            // A credential that may be locked must be proven by a request.
            configuration.sources[0].auth = .accessKey(
                AccessKeySettings(
                    id: "EXAMPLEAK", secret: .value(Secret("exampleSecretKey/0123456789")), projectID: Self.project))
            for workspace in cloud.workspaces {
                configuration.sources[0].workspaces = [WorkspaceSettings(id: workspace.id)]
                cloud.resetRequestCounts()
                for ordinal in 0..<2 {
                    let shard = try #require(Shard(ordinal: ordinal, total: 2))
                    let exporter = try await Exporter(
                        configuration, shard: shard, environment: [:], logger: Scene.quiet)
                    await exporter.pollOnce()
                    let page = ScenePage(Array(exporter.textfilePage().joined()))
                    #expect(page.value(Self.up) == (ordinal == 0 ? "1" : nil))
                    await exporter.shutDown()
                }
                #expect(cloud.requestCount(.listQuotas) == 1)
            }
        }
    }
}
