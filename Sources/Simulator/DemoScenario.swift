// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A source of the demo: a cloud and the exporter's settings for it.
public struct DemoSource: Sendable {
    /// The source's name.
    public let name: String
    /// The source's region.
    public let region: String
    /// The simulated cloud.
    public let cloud: SimulatedCloud
    /// The token for the exporter; a source that demonstrates a lockout rejects it.
    public let token: String
    /// The workspaces for the exporter; one of them may not exist.
    public let workspaces: [(id: String, name: String)]
    /// Whether discovery finds the workspaces that exist; else they are configured.
    public let discovers: Bool
    /// Whether it is a source of API v2.
    public let usesV2: Bool
}

/// A situation that the demo shows.
public struct DemoSituation: Sendable {
    /// The title, two or three words.
    public let title: String
    /// The workspace, or `workspace/endpoint`.
    public let place: String
    /// The description.
    public let text: String
}

/// The demo's data: a few accounts with typical situations, which change over time.
///
/// Each source has its own cloud, so that the faults of one do not affect the others: `cn-north-4` has most of the
/// situations, the account of `subsidiary` is frozen, the API throttles `bulk-import`, the token of `cn-southwest-2` is
/// rejected, and `data-lake` is a source of API v2.
public final class DemoScenario: Sendable {
    /// The situations, with the names of the workspaces and endpoints that show them.
    public static let situations = [
        DemoSituation(
            title: "quota exceeded", place: "analytics/quarterly-close-sql",
            text: "CREATE_FAILED 40 min ago; the source uses 92% of a quota"),
        DemoSituation(
            title: "old failure", place: "analytics/legacy-import-job", text: "DELETE_FAILED 3 days ago"),
        DemoSituation(
            title: "stuck", place: "recommendation/embedding-refresh-ray", text: "CREATING for 3 hours"),
        DemoSituation(title: "just stuck", place: "assistant/deepseek-chat", text: "CREATING for 31 min"),
        DemoSituation(
            title: "fails, then runs", place: "assistant/translation-chat",
            text: "UPDATE_FAILED after 2 min, RUNNING again before 7 min"),
        DemoSituation(
            title: "other tenants", place: "assistant/public-ocr-model", text: "PUBLIC and failed; raises no alert"),
        DemoSituation(
            title: "services", place: "assistant",
            text: "summarizer FAILED 2 hours ago, reranker CREATING for 50 min"),
        DemoSituation(
            title: "job runs", place: "recommendation",
            text: "two PENDING, the first one for 47 min; in analytics each fifth run fails"),
        DemoSituation(title: "normal changes", place: "sandbox", text: "experiments come and go; raise no alert"),
        DemoSituation(
            title: "not accessible", place: DemoWorkspaces.forbidden,
            text: "permission missing; workspace \(DemoWorkspaces.missing) does not exist"),
        DemoSituation(title: "frozen account", place: "ad-ranking", text: "source subsidiary: all endpoints FROZEN"),
        DemoSituation(
            title: "throttled API", place: "clickstream", text: "source bulk-import: each request gets 429, no data"),
        DemoSituation(title: "expired token", place: "risk-west", text: "source cn-southwest-2: locked out, no data"),
        DemoSituation(
            title: "AI DataLake", place: DemoWorkspaces.lake.name,
            text: "source data-lake: API v2; clickstream ABNORMAL for 2 hours; of six pools one failed, one idle"),
    ]

    /// The sources, each with its own cloud.
    public let sources: [DemoSource]

    private let startSeconds: Int64
    private let lifeCycles: Mutex<[(cloud: SimulatedCloud, workspaceID: String, lifeCycle: LifeCycle)]>

    /// Creates a scenario that starts at the Unix time `startSeconds`; every response takes `latency`.
    public init(seed: Int = 1, startSeconds: Int64, latency: Duration = .milliseconds(5)) {
        var generator = SeededGenerator(seed)
        var lifeCycles: [(cloud: SimulatedCloud, workspaceID: String, lifeCycle: LifeCycle)] = []

        func source(
            _ name: String, region: String, _ plans: [DemoWorkspace], missing: [String] = [], isTokenValid: Bool = true,
            discovers: Bool = true, usesV2: Bool = false
        ) -> DemoSource {
            let token = "demo-token"
            let cloud = SimulatedCloud(tokens: [isTokenValid ? token : "another-token"])
            cloud.latency = latency
            for project in cloud.identity.projects { cloud.quotas[project.id] = DemoWorkspaces.quotas(of: name) }
            var workspaces: [(id: String, name: String)] = []
            for plan in plans {
                let id = generator.uuid()
                let lifeCycle = LifeCycle(
                    seed: Int(truncatingIfNeeded: generator.next()), startSeconds: startSeconds,
                    endpoints: plan.endpoints, activity: plan.activity)
                var workspace = SimulatedWorkspace(
                    id: id, name: .string(plan.name), isForbidden: plan.isForbidden, endpoints: lifeCycle.endpoints)
                workspace.createTime = .string(Timestamp.zulu(startSeconds - 8_640_000))
                workspace.serviceInstances = DemoWorkspaces.serviceInstances(of: plan.name, startSeconds: startSeconds)
                workspace.jobRuns = DemoWorkspaces.jobRuns(of: plan.name, startSeconds: startSeconds, second: 0)
                workspace.endpointsV2 = DemoWorkspaces.endpointsV2(of: plan.name, startSeconds: startSeconds)
                workspace.pools = DemoWorkspaces.pools(of: plan.name, startSeconds: startSeconds, second: 0)
                cloud.setWorkspace(workspace)
                lifeCycles.append((cloud, id, lifeCycle))
                workspaces.append((id, plan.name))
            }
            for name in missing { workspaces.append((generator.uuid(), name)) }
            return DemoSource(
                name: name, region: region, cloud: cloud, token: token, workspaces: workspaces, discovers: discovers,
                usesV2: usesV2)
        }

        sources = [
            source("cn-north-4", region: "cn-north-4", DemoWorkspaces.main, missing: [DemoWorkspaces.missing]),
            source(
                "cn-southwest-2", region: "cn-southwest-2", [DemoWorkspaces.lockedOut], isTokenValid: false,
                discovers: false),
            source("subsidiary", region: "cn-north-4", [DemoWorkspaces.frozen]),
            // Without discovery, whose requests would end the exporter's pauses.
            source("bulk-import", region: "cn-north-4", [DemoWorkspaces.throttled], discovers: false),
            source("data-lake", region: "cn-north-4", [DemoWorkspaces.lake], usesV2: true),
        ]
        sources[3].cloud.inject(.throttled(retryAfter: 5), for: .operation(.listEndpoints))
        self.startSeconds = startSeconds
        self.lifeCycles = Mutex(lifeCycles)
    }

    /// Advances to `second` seconds after the start.
    public func advance(to second: Int) {
        lifeCycles.withLock { lifeCycles in
            for index in lifeCycles.indices {
                lifeCycles[index].lifeCycle.advance(to: second)
                let (cloud, workspaceID, lifeCycle) = lifeCycles[index]
                cloud.updateWorkspace(workspaceID) { workspace in
                    let name = workspace.name?.string ?? ""
                    workspace.endpoints = lifeCycle.endpoints
                    workspace.jobRuns = DemoWorkspaces.jobRuns(of: name, startSeconds: startSeconds, second: second)
                    workspace.pools = DemoWorkspaces.pools(of: name, startSeconds: startSeconds, second: second)
                }
            }
        }
    }

    /// Advances every second until the task is canceled.
    public func run(by clock: some Clock<Duration> = ContinuousClock()) async {
        let start = clock.now
        while true {
            // Uses the clock's time, so that a machine catches up after sleeping.
            let second = Int(start.duration(to: clock.now) / .seconds(1))
            advance(to: second)
            do {
                try await clock.sleep(until: start.advanced(by: .seconds(second + 1)), tolerance: nil)
            } catch {
                return
            }
        }
    }
}
