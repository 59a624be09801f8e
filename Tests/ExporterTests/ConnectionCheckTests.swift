// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("check --connect", .serialized, .timeLimit(.minutes(5)))
struct ConnectionCheckTests {
    private static let key = "exampleSecretKey/0123456789+abcdefghijklm"
    private static let project = "0605767ac280d5762f8cc01ab2b4ba1d"

    /// Runs the check of the cloud of `scene`; returns the report and the failing sources.
    private func connect(
        _ scene: Scene, environment: [String: String] = [:], _ change: (inout ExporterConfiguration) -> Void = { _ in }
    ) async throws -> (text: String, failing: [String]) {
        var configuration = scene.configuration
        change(&configuration)
        let run = ConnectionCheck(
            configuration: configuration, clock: scene.clock ?? SystemClock(), environment: environment)
        let outcome = try await run.run()
        return (outcome.lines.joined(separator: "\n"), outcome.failing)
    }

    private static func accessKey(_ url: String, projectID: String? = project) -> AuthSettings {
        .accessKey(
            AccessKeySettings(id: "EXAMPLEAK", secret: .value(Secret(key)), projectID: projectID, iamURL: url))
    }

    private static func cloud(_ workspaces: Int = 2, endpointsEach: Int = 20) -> SimulatedCloud {
        Scene.cloud(seed: 8, workspaces: workspaces, endpointsEach: endpointsEach)
    }

    /// Returns the words of a workspace's row.
    private func row(_ name: String, _ text: String) -> [String] {
        let row = text.split(separator: "\n").first { $0.hasPrefix("  \(name) ") }
        return row.map { $0.split(separator: " ").map(String.init) } ?? []
    }

    @Test("A healthy cloud gets one request per workspace, and the series match those of a poll")
    func good() async throws {
        let cloud = Self.cloud(3)
        try await Scene.run(cloud) { scene in
            let (text, failing) = try await connect(scene)
            #expect(failing == [])
            #expect(cloud.requestCount(.listEndpoints) == 3)
            #expect(cloud.requestCount(.listWorkspaces) == 0)
            await scene.exporter.pollOnce()
            let page = scene.page()
            for workspace in cloud.workspaces {
                let row = row(workspace.name?.string ?? "", text)
                let series = page.lines.count { $0.contains("workspace_id=\"\(workspace.id)\"") }
                try #require(row.count == 9, "\(text)")
                #expect(row[1] == workspace.id && row[2] == "endpoints" && row[3] == "ok" && row[4] == "20")
                #expect(row[6] == "ms" && row[7] == "1" && row[8] == String(series), "\(text)")
            }
            #expect(text.contains("clock: 0 s") || text.contains("clock: 1 s"), "\(text)")
            #expect(text.contains("3 of 3 workspaces can be listed: 3 requests per minute"))
            #expect(!text.contains("Failures") && !text.contains("Notes"))
        }
    }

    @Test func `Each configured listing is tried, and its missing permission is named`() async throws {
        let cloud = Self.cloud(2)
        cloud.updateWorkspace(cloud.workspaces[1].id) { $0.forbidsServiceInstances = true }
        cloud.updateWorkspace(cloud.workspaces[0].id) {
            $0.serviceInstances = SeededData(seed: 1).serviceInstances(7)
        }
        try await Scene.run(cloud, collectsServices: true) { scene in
            let (text, failing) = try await connect(scene)
            #expect(failing == ["simulated"])
            #expect(cloud.requestCount(.listServiceInstances) == 2 && cloud.requestCount(.listEndpoints) == 2)
            let rows = text.split(separator: "\n").filter { $0.contains(" service_instances ") }
            let good = try #require(rows.first { $0.contains("workspace-0") })
            #expect(rows.count == 2 && good.contains(" ok ") && good.contains(" 7 "), "\(text)")
            #expect(
                text.contains(
                    "Grant the IAM actions DataArtsFabric:service:listInstance and DataArtsFabric:workspace:list on this "
                        + "workspace"), "\(text)")
            #expect(text.contains("(workspace-1), service_instances: forbidden"), "\(text)")
        }
    }

    @Test func `Job runs take eight requests, and the remedy for a missing permission names the policy`() async throws {
        let cloud = Self.cloud(2)
        cloud.updateWorkspace(cloud.workspaces[1].id) { $0.forbidsJobRuns = true }
        cloud.updateWorkspace(cloud.workspaces[0].id) { $0.jobRuns = SeededData(seed: 1).jobRuns(9) }
        try await Scene.run(cloud, collectsJobRuns: true) { scene in
            let (text, failing) = try await connect(scene) {
                $0.sources[0].collect.jobRuns = .init(interval: .seconds(300))
            }
            #expect(failing == ["simulated"])
            #expect(cloud.requestCount(.listJobRuns, workspaceID: cloud.workspaces[0].id) == 8)
            #expect(cloud.requestCount(.listJobRuns, workspaceID: cloud.workspaces[1].id) == 1)
            let rows = text.split(separator: "\n").filter { $0.contains(" job_runs ") }
            let good = try #require(rows.first { $0.contains("workspace-0") }).split(separator: " ")
            try #require(rows.count == 2 && good.count == 9, "\(text)")
            // Eight of the nine runs have a documented status; eight requests in five minutes are 1.6 per minute.
            #expect(good[3] == "ok" && good[4] == "8" && good[7] == "1.6", "\(text)")
            #expect(text.contains("(workspace-1), job_runs: forbidden"), "\(text)")
            #expect(
                text.contains(
                    "Grant the IAM action for listing job runs on this workspace (its name is not documented; the system "
                        + "policy DataArtsFabricReadOnlyPolicy contains it) to the credential's user or agency"),
                "\(text)")
            await scene.exporter.pollOnce()
            let series = scene.page().lines.count {
                $0.contains(#"workspace="workspace-0""#) && ($0.contains("job_run"))
            }
            #expect(good[8] == String(series), "\(text)")
        }
    }

    @Test func `The remedy for an unreachable address of services names that address`() async throws {
        try await Scene.run(Self.cloud(1), collectsServices: true) { scene in
            let (text, failing) = try await connect(scene) { $0.sources[0].servicesURL = "http://127.0.0.1:1" }
            #expect(failing == ["simulated"])
            #expect(text.contains("(workspace-0), service_instances: network"), "\(text)")
            #expect(text.split(separator: "\n").contains { $0.contains("->") && $0.contains("127.0.0.1:1") }, "\(text)")
        }
    }

    @Test func `Quotas are tried once, and their request and series are counted`() async throws {
        let cloud = Self.cloud(1)
        cloud.quotas["p"] = [
            SimulatedQuota(type: "compute", quota: 100, used: 92),
            SimulatedQuota(type: "workspace", quota: -1, used: "x"),
        ]
        try await Scene.run(cloud) { scene in
            let (before, _) = try await connect(scene)
            let (text, failing) = try await connect(scene) {
                $0.sources[0].collect.quotas = .init(interval: .seconds(60), projectID: "p")
            }
            #expect(failing == [] && cloud.requestCount(.listQuotas) == 1)
            #expect(text.contains("\n  quotas: 2 resources, "), "\(text)")
            #expect(text.contains("simulated: quotas have 1 unusable value and 0 resources beyond"), "\(text)")
            #expect(text.contains("1 of 1 workspace can be listed: 2 requests per minute"), "\(text)")
            func series(_ text: String) -> Int? {
                text.split(separator: "\n").last?.firstMatch(of: /(\d+) series/).flatMap { Int($0.1) }
            }
            var configuration = scene.configuration
            configuration.sources[0].collect.quotas = .init(projectID: "p")
            try await scene.exporter.apply(configuration)
            await scene.exporter.pollOnce()
            let exported = scene.page().lines.count { $0.contains("_quota_") }
            #expect(try #require(series(text)) - (try #require(series(before))) == exported)
        }
    }

    @Test func `A failure of quotas is reported with what to do; workspaces are listed`() async throws {
        let cloud = Self.cloud(1)
        try await Scene.run(cloud) { scene in
            let (text, failing) = try await connect(scene) { $0.sources[0].collect.quotas = .init(projectID: "p") }
            #expect(failing == ["simulated"])
            #expect(text.contains("quotas: FAILED"), "\(text)")
            #expect(text.contains("quotas of simulated: forbidden (HTTP 403)"), "\(text)")
            #expect(
                text.contains("-> Grant the permission to read the project's quotas (ListResourceQuotas)"), "\(text)")
            #expect(text.contains("1 of 1 workspace can be listed"), "\(text)")
            let (unknown, _) = try await connect(scene) { $0.sources[0].collect.quotas = .init() }
            #expect(unknown.contains("-> Set collect.quotas.project_id to the ID of the project."), "\(unknown)")
            cloud.inject(.status(404, body: [], headers: []), for: .operation(.listQuotas))
            let (absent, _) = try await connect(scene) { $0.sources[0].collect.quotas = .init(projectID: "p") }
            #expect(absent.contains("whether \(scene.configuration.sources[0].baseURL) serves /v2/"), "\(absent)")
            #expect(cloud.requestCount(.listQuotas) == 2)
        }
    }

    @Test func `Quotas are not tried with a rejected credential`() async throws {
        let cloud = Self.cloud(1)
        cloud.tokens = []
        try await Scene.run(cloud) { scene in
            let (text, _) = try await connect(scene) { $0.sources[0].collect.quotas = .init(projectID: "p") }
            #expect(text.contains("quotas: skipped, because other requests of the source failed"), "\(text)")
            #expect(cloud.requestCount(.listQuotas) == 0)
        }
    }

    @Test("Requests of long lists are counted, and their series are estimated within a third")
    func longList() async throws {
        let cloud = Self.cloud(1, endpointsEach: 400)
        var metrics = MetricsSettings()
        metrics.endpointDetails = .all
        try await Scene.run(cloud, metrics: metrics) { scene in
            let (text, _) = try await connect(scene)
            await scene.exporter.pollOnce()
            let row = row("workspace-0", text)
            try #require(row.count == 9, "\(text)")
            // 100 rows, then 99 more per page, because pages overlap.
            #expect(row[4] == "400" && row[7] == "5" && row[8].first == "~")
            #expect(cloud.requestCount(.listEndpoints) == 6)
            let series = scene.page().lines.count { $0.contains("workspace=\"workspace-0\"") }
            let estimate = try #require(Int(row[8].dropFirst()))
            #expect((series * 2 / 3...series * 4 / 3).contains(estimate), "\(estimate) for \(series)")
        }
    }

    @Test("A forbidden workspace is reported with the permission and request id; the other one succeeds")
    func forbidden() async throws {
        let cloud = Self.cloud()
        cloud.updateWorkspace(cloud.workspaces[0].id) { $0.isForbidden = true }
        try await Scene.run(cloud) { scene in
            let (text, failing) = try await connect(scene)
            #expect(failing == ["simulated"])
            #expect(row("workspace-0", text)[3] == "forbidden")
            #expect(row("workspace-1", text)[3] == "ok")
            #expect(text.contains("-> Grant the IAM action DataArtsFabric:endpoint:list on this workspace"))
            #expect(text.contains("[request id 000000"))
            #expect(text.contains("1 of 2 workspaces can be listed"))
        }
    }

    @Test("Forbidden discovery is reported with its permission, and configured workspaces are still listed")
    func forbiddenDiscovery() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud) { scene in
            cloud.inject(.status(403, body: Array(#"{"error_code":403,"error_msg":"no"}"#.utf8)), times: 1)
            let (text, failing) = try await connect(scene) { $0.sources[0].discovery = DiscoverySettings() }
            #expect(failing == ["simulated"])
            #expect(text.contains("discovery of simulated: forbidden (HTTP 403)"), "\(text)")
            #expect(text.contains("-> Grant the IAM action DataArtsFabric:workspace:list"))
            #expect(text.contains("2 of 2 workspaces can be listed"))
        }
    }

    @Test("A workspace of another project is reported with the workspaces of the credential's project")
    func wrongProject() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud) { scene in
            let (text, failing) = try await connect(scene) {
                $0.sources[0].workspaces = [WorkspaceSettings(id: "of-another-project")]
            }
            #expect(failing == ["simulated"])
            #expect(
                text.contains("-> The workspace does not exist for this credential: check its id and region"), "\(text)"
            )
            let ids = cloud.workspaces.map(\.id).sorted().joined(separator: ", ")
            #expect(text.contains("It has access to \(ids)."), "\(text)")
            #expect(cloud.requestCount(.listWorkspaces) == 1)
        }
    }

    @Test("A rejected token is sent once regardless of the number of workspaces", arguments: [false, true])
    func rejectedToken(discovers: Bool) async throws {
        let cloud = Self.cloud(40)
        cloud.tokens = []
        try await Scene.run(cloud) { scene in
            let (text, failing) = try await connect(scene) {
                if discovers { $0.sources[0].discovery = DiscoverySettings() }
            }
            #expect(failing == ["simulated"])
            #expect(cloud.requestCount(.listEndpoints) + cloud.requestCount(.listWorkspaces) == 1)
            #expect(text.contains("-> The token is expired, revoked or from another region"), "\(text)")
            #expect(text.contains("\(discovers ? 40 : 39) workspaces skipped"))
            #expect(!text.contains(Scene.token))
        }
    }

    @Test("A wrong key costs one request, with and without a project lookup", arguments: [project, nil])
    func wrongKey(projectID: String?) async throws {
        let cloud = Self.cloud(40)
        try await Scene.run(cloud, authAt: { Self.accessKey($0, projectID: projectID) }) { scene in
            let (text, failing) = try await connect(scene)
            #expect(failing == ["simulated"])
            #expect(cloud.requestCount(.listEndpoints) + cloud.requestCount(.listProjects) == 1)
            #expect(text.contains("[request id 000000"), "\(text)")
            #expect(text.contains("lock the key for 5 minutes"), "\(text)")
            #expect(!text.contains(Self.key))
        }
    }

    @Test("A wrong password costs one request, and IAM's error is reported with its request id")
    func wrongPassword() async throws {
        let cloud = Self.cloud(40)
        cloud.tokens = []
        let auth = { (url: String) in
            AuthSettings.password(
                PasswordSettings(
                    iamURL: url, domain: "acme", user: "exporter", password: .value(Secret("Sup3rSecretPassword")),
                    project: .name("cn-north-4")))
        }
        try await Scene.run(cloud, authAt: auth) { scene in
            let (text, _) = try await connect(scene) { $0.sources[0].discovery = DiscoverySettings() }
            #expect(cloud.requestCount(.createToken) == 1)
            #expect(cloud.requestCount(.listEndpoints) + cloud.requestCount(.listWorkspaces) == 0)
            #expect(text.contains("credential of simulated: credentials: IAM token request failed: HTTP 401"))
            #expect(text.contains("[request id 000000"), "\(text)")
            #expect(text.contains("-> Check auth.password"))
            #expect(text.contains("discovery: skipped (no credential)"))
            #expect(!text.contains("Sup3rSecretPassword"))
        }
    }

    @Test("A wrong IAM address is reported instead of the password; one with a version works")
    func wrongAddress() async throws {
        let auth = { (url: String) in
            AuthSettings.password(
                PasswordSettings(
                    iamURL: url, domain: "acme", user: "exporter", password: .value(Secret("Sup3rSecretPassword")),
                    project: .name("cn-north-4")))
        }
        let cloud = Self.cloud()
        cloud.updateIdentity {
            $0.users = [(domain: "acme", name: "exporter", password: "Sup3rSecretPassword")]
        }
        try await Scene.run(cloud, authAt: { auth($0 + "/identity") }) { scene in
            let (text, failing) = try await connect(scene)
            #expect(failing == ["simulated"])
            #expect(text.contains("/identity/v3/auth/tokens; check iam_url"), "\(text)")
            #expect(text.contains("-> The IAM address is wrong; the credential was not tried"), "\(text)")
            #expect(!text.contains("Check auth.password") && !text.contains("wrong passwords"), "\(text)")
        }
        try await Scene.run(cloud, authAt: auth) { scene in
            cloud.inject(.status(503, body: []), for: .operation(.createToken))
            let (text, _) = try await connect(scene)
            #expect(text.contains("-> The service that issues credentials is throttling or failing"), "\(text)")
            #expect(!text.contains("Check auth.password"), "\(text)")
            cloud.clearFaults()
        }
        try await Scene.run(cloud, authAt: { auth($0 + "/v3/") }) { scene in
            let (text, failing) = try await connect(scene)
            #expect(failing == [], "\(text)")
        }
    }

    @Test("Clock skew is reported as the cause of failing signatures")
    func skewedClock() async throws {
        for (minutes, direction) in [(40, "ahead of"), (-40, "behind")] {
            let clock = ManualClock()
            let cloud = Self.cloud()
            cloud.updateIdentity { $0.keys["EXAMPLEAK"] = .init(secret: Self.key) }
            cloud.setClock { clock.wallMicroseconds - Int64(minutes) * 60_000_000 }
            try await Scene.run(cloud, authAt: { Self.accessKey($0) }, clock: clock) { scene in
                let (text, failing) = try await connect(scene)
                #expect(failing == ["simulated"])
                #expect(text.contains("clock: 40 minutes \(direction) the service's, WRONG"), "\(text)")
                #expect(text.contains("-> Synchronize this machine's clock (NTP): it is 40 minutes \(direction)"))
                #expect(cloud.requestCount(.listEndpoints) == 1)
            }
        }
    }

    @Test("Clock skew of a few minutes is a warning")
    func driftingClock() async throws {
        let clock = ManualClock()
        let cloud = Self.cloud()
        cloud.setClock { clock.wallMicroseconds + 300_000_000 }
        try await Scene.run(cloud, clock: clock) { scene in
            let (text, failing) = try await connect(scene)
            #expect(failing == [])
            #expect(text.contains("simulated: this machine's clock is 5 minutes behind the service's"), "\(text)")
        }
    }

    @Test("An unreachable proxy is named without its password")
    func proxy() async throws {
        let cloud = Self.cloud(20)
        // Port 1 is closed.
        try await Scene.run(cloud, proxyURL: "http://user:hunter2hunter2@127.0.0.1:1") { scene in
            let (text, failing) = try await connect(scene)
            #expect(failing == ["simulated"])
            #expect(text.contains("is unreachable through the proxy 127.0.0.1:1 (proxy_url)"), "\(text)")
            #expect(!text.contains("hunter2"))
            #expect(text.contains("17 workspaces skipped: no response"))
        }
        try await Scene.run(cloud) { scene in
            let environment = ["http_proxy": "http://user:hunter2hunter2@proxy.example:3128/"]
            let (text, _) = try await connect(scene, environment: environment) {
                $0.sources[0].baseURL = "http://127.0.0.1:1"
            }
            #expect(text.contains("through the proxy proxy.example:3128 (environment variable http_proxy"), "\(text)")
            #expect(!text.contains("hunter2"))
            let odd = ["http_proxy": "http://user:hu#nt/er?2@proxy.example:3128"]
            let (oddText, _) = try await connect(scene, environment: odd) {
                $0.sources[0].baseURL = "http://127.0.0.1:1"
            }
            #expect(
                oddText.contains("through the proxy proxy.example:3128 (environment variable http_proxy"), "\(oddText)")
            #expect(!oddText.contains(":hu"))
        }
    }

    @Test("The reason is reported if no workspaces are found or all are excluded")
    func empty() async throws {
        try await Scene.run(SimulatedCloud()) { scene in
            let (text, failing) = try await connect(scene) { $0.sources[0].discovery = DiscoverySettings() }
            #expect(failing == ["simulated"])
            #expect(text.contains("no workspaces to poll"))
            #expect(
                text.contains("discovery of simulated: succeeded, but found 0 workspaces\n    -> Check that the"),
                "\(text)")
        }
        try await Scene.run(Self.cloud()) { scene in
            func discovering(
                _ wanted: [String] = ["simulated"], _ change: (inout DiscoverySettings) -> Void
            ) async throws -> String {
                let (text, failing) = try await connect(scene) {
                    var discovery = DiscoverySettings()
                    change(&discovery)
                    $0.sources[0].discovery = discovery
                    $0.sources[0].workspaces = []
                }
                #expect(failing == wanted)
                return text
            }
            let hidden = try await discovering { $0.name = "no-such-name" }
            #expect(hidden.contains("-> 2 exist without discovery.name"), "\(hidden)")
            let excluded = try await discovering { $0.exclude = NamePattern("^workspace") }
            #expect(
                excluded.contains(
                    "found 2 workspaces, all excluded by discovery.include and exclude: workspace-0, workspace-1\n    -> Check"
                ),
                "\(excluded)")
            let kept = try await discovering([]) { $0.include = NamePattern("1$") }
            #expect(kept.contains("1 excluded by include and exclude") && kept.contains("1 of 1 workspace can"))
        }
    }

    @Test("Discovery without workspaces to poll fails even if configured workspaces succeed")
    func emptyBesideConfigured() async throws {
        try await Scene.run(Self.cloud()) { scene in
            func failing(_ pattern: String, configured: Int) async throws -> [String] {
                try await connect(scene) {
                    $0.sources[0].discovery = DiscoverySettings()
                    $0.sources[0].discovery?.include = NamePattern(pattern)
                    $0.sources[0].workspaces.removeLast(2 - configured)
                }.failing
            }
            #expect(try await failing("nothing", configured: 1) == [])
            #expect(try await failing("nothing", configured: 0) == ["simulated"])
            let (_, failing) = try await connect(scene) {
                $0.sources[0].discovery = DiscoverySettings()
                $0.sources[0].discovery?.name = "no-such-name"
            }
            #expect(failing == ["simulated"])
        }
    }

    @Test("The reason is reported if a workspace is empty or its filter matches nothing")
    func emptyWorkspace() async throws {
        let cloud = Self.cloud()
        cloud.setEndpoints([], of: cloud.workspaces[0].id)
        try await Scene.run(cloud) { scene in
            let (text, failing) = try await connect(scene) {
                $0.sources[0].workspaces[1].filter = EndpointFilter(name: "no-such-endpoint")
            }
            #expect(failing == [])
            #expect(text.contains("(workspace-0): the caller owns no endpoints in the workspace"), "\(text)")
            #expect(
                text.contains("(workspace-1): the filter matches no endpoints (20 endpoints without it)."), "\(text)")
        }
    }

    @Test(
        "A server that is not the API is reported",
        arguments: [Fault.html200, .redirect(to: "http://x/")])
    func nonsense(fault: Fault) async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud) { scene in
            cloud.inject(fault)
            let (text, failing) = try await connect(scene)
            #expect(failing == ["simulated"])
            #expect(text.contains("is not the API, or its response exceeds a limit"), "\(text)")
        }
    }
}
