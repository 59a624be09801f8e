// SPDX-License-Identifier: Apache-2.0
import Config
import Fabric
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Job runs in addition to endpoints", .timeLimit(.minutes(3)))
struct ExporterJobRunsTests {
    private static let up = "dataarts_fabric_workspace_up"
    private static let statuses = [
        "CREATING", "FAILED", "PENDING", "RUNNING", "STOPPED", "STOPPING", "SUCCEEDED", "UPDATING",
    ]

    private static func cloud(runs: Int = 40) -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 5, workspaces: 2, endpointsEach: 20)
        let data = SeededData(seed: 5)
        for (index, workspace) in cloud.workspaces.enumerated() {
            cloud.updateWorkspace(workspace.id) {
                $0.serviceInstances = data.serviceInstances(7, workspace: index)
                $0.jobRuns = data.jobRuns(runs, workspace: index)
            }
        }
        return cloud
    }

    private static func isUp(_ page: ScenePage, _ listing: String, _ workspace: String = "workspace-0") -> Bool {
        page.value(up, "workspace=\"\(workspace)\"", "listing=\"\(listing)\"") == "1"
    }

    /// Returns the lines that job runs may not change: those of endpoints and service instances, without the health of
    /// polls, which has times.
    private static func otherLines(_ page: ScenePage) -> [String] {
        let prefixes = ["endpoint", "service_instance", "mu", "dpu", "apu", "ray"].map { "dataarts_fabric_" + $0 }
        return page.lines.filter { line in
            if line.hasPrefix(up + "{") { return !line.contains(#"listing="job_runs""#) }
            return prefixes.contains { line.hasPrefix($0) }
                || line.hasPrefix("dataarts_fabric_workspace_listed_records{") && !line.contains(#"listing="job_runs""#)
        }
    }

    private static func runLines(_ page: ScenePage) -> [String] {
        page.lines.filter { $0.hasPrefix("dataarts_fabric_job_run") }
    }

    @Test(arguments: [0, 1, 7, 100, 101, 333])
    func `Lists of any length are counted`(_ count: Int) async throws {
        let cloud = Self.cloud(runs: count)
        try await Scene.run(cloud, collectsJobRuns: true) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(Self.isUp(page, "job_runs") && Self.isUp(page, "endpoints"))
            let workspace = try #require(cloud.workspaces.first)
            var sum = 0
            for status in Self.statuses {
                let runs = workspace.jobRuns.count { $0.status?.string == status }
                sum += runs
                #expect(
                    page.value("dataarts_fabric_job_runs", #"workspace="workspace-0""#, "status=\"\(status)\"")
                        == "\(runs)")
            }
            #expect(
                page.value(
                    "dataarts_fabric_workspace_listed_records", #"workspace="workspace-0""#, #"listing="job_runs""#)
                    == "\(sum)")
            #expect(cloud.requestCount(.listJobRuns, workspaceID: workspace.id) == 8)
        }
    }

    @Test func `A source that collects nothing requests only endpoints and has no series of job runs`() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            #expect(!scene.page().lines.contains { $0.contains("job_run") })
            #expect(cloud.requestCount(.listJobRuns) == 0)
        }
    }

    @Test(arguments: [
        (Fault.status(403, body: [], headers: []), "forbidden"), (.reset, "network"),
        (.rawBody(Array("{}".utf8)), "response"), (.html200, "response"), (.rejected, "unauthenticated"),
        (.status(500, body: [], headers: []), "server"), (.ignoreFilter, "response"), (.ignoreLimit, "response"),
        (.totalLies(-1), "response"), (.totalLies(2_000_000_000), "response"), (.omitTotal, "response"),
        (.totalLies(0), "inconsistent"),
    ])
    func `A failing list of job runs changes no other listing, and recovers`(
        _ fault: Fault, _ reason: String
    ) async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud, collectsServices: true, collectsJobRuns: true) { scene in
            await scene.exporter.pollOnce()
            let before = scene.page()
            cloud.inject(fault, for: .operation(.listJobRuns))
            for poll in 1...2 {
                await scene.exporter.pollOnce()
                let page = scene.page()
                #expect(Self.otherLines(page) == Self.otherLines(before))
                #expect(!Self.isUp(page, "job_runs"))
                // A failed poll changes no series of the last complete one.
                #expect(Self.runLines(page) == Self.runLines(before))
                #expect(
                    page.value(
                        "dataarts_fabric_workspace_poll_failures_total", #"workspace="workspace-0""#,
                        #"listing="job_runs""#, "reason=\"\(reason)\"") == "\(poll)")
            }
            #expect(scene.page().value("dataarts_fabric_source_locked_out") == "0")
            cloud.clearFaults(ofOperation: .listJobRuns)
            await scene.exporter.pollOnce()
            #expect(Self.isUp(scene.page(), "job_runs"))
        }
    }

    @Test func `A fault of one of the eight requests discards the others`() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud, collectsJobRuns: true) { scene in
            await scene.exporter.pollOnce()
            let before = Self.runLines(scene.page())
            for workspace in cloud.workspaces {
                cloud.updateWorkspace(workspace.id) { $0.jobRuns = [] }
                cloud.inject(
                    .status(500, body: []), times: 1, for: .init(workspaceID: workspace.id, operation: .listJobRuns))
            }
            await scene.exporter.pollOnce()
            #expect(Self.runLines(scene.page()) == before)
            await scene.exporter.pollOnce()
            #expect(Self.runLines(scene.page()).allSatisfy { $0.hasSuffix(" 0") })
        }
    }

    @Test func `A hanging list of job runs delays no other listing`() async throws {
        let cloud = Self.cloud()
        cloud.inject(.hang, for: .operation(.listJobRuns))
        try await Scene.run(
            cloud,
            poll: {
                $0.timeout = .seconds(2)
                $0.concurrency = 2
            }, collectsServices: true, collectsJobRuns: true
        ) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            for workspace in ["workspace-0", "workspace-1"] {
                #expect(Self.isUp(page, "endpoints", workspace) && Self.isUp(page, "service_instances", workspace))
            }
            #expect(
                page.value(
                    "dataarts_fabric_workspace_poll_failures_total", #"workspace="workspace-0""#,
                    #"listing="job_runs""#, #"reason="timeout""#) == "1")
        }
    }

    @Test func `A throttled list of job runs pauses the source, and ends`() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud, collectsJobRuns: true) { scene in
            cloud.inject(.throttled(retryAfter: 1), for: .operation(.listJobRuns))
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(Self.isUp(page, "endpoints") && Self.isUp(page, "endpoints", "workspace-1"))
            #expect(!Self.isUp(page, "job_runs") && !Self.isUp(page, "job_runs", "workspace-1"))
            cloud.clearFaults(ofOperation: .listJobRuns)
            await scene.exporter.pollOnce()
            #expect(Self.isUp(scene.page(), "job_runs"))
        }
    }

    @Test func `Stale job runs are not exported; other listings are`() async throws {
        let cloud = Self.cloud()
        let clock = ManualClock()
        try await Scene.run(cloud, collectsServices: true, collectsJobRuns: true, clock: clock) { scene in
            await scene.exporter.pollOnce()
            cloud.inject(.status(500, body: [], headers: []), for: .operation(.listJobRuns))
            clock.advance(by: .seconds(200))
            await scene.exporter.pollOnce()
            func isServed(_ family: String) -> Bool { scene.page().lines.contains { $0.hasPrefix(family + "{") } }
            #expect(isServed("dataarts_fabric_job_runs"))
            clock.advance(by: .seconds(150))
            #expect(Self.runLines(scene.page()).isEmpty)
            #expect(isServed("dataarts_fabric_endpoints") && isServed("dataarts_fabric_service_instances"))
            cloud.clearFaults(ofOperation: .listJobRuns)
            await scene.exporter.pollOnce()
            #expect(isServed("dataarts_fabric_job_runs"))
        }
    }

    @Test func `A missing permission concerns only its listing and workspace`() async throws {
        let cloud = Self.cloud()
        cloud.updateWorkspace(cloud.workspaces[0].id) { $0.forbidsJobRuns = true }
        try await Scene.run(cloud, collectsServices: true, collectsJobRuns: true) { scene in
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(Self.isUp(page, "endpoints") && Self.isUp(page, "service_instances"))
            #expect(!Self.isUp(page, "job_runs") && Self.isUp(page, "job_runs", "workspace-1"))
            #expect(cloud.requestCount(.listJobRuns, workspaceID: cloud.workspaces[0].id) == 1)
        }
    }

    @Test func `Removing the listing ends its series; endpoints are not polled again`() async throws {
        let cloud = Self.cloud()
        try await Scene.run(cloud, collectsServices: true, collectsJobRuns: true) { scene in
            await scene.exporter.pollOnce()
            let others = Self.otherLines(scene.page())
            let requests = cloud.requestCount(.listEndpoints)
            var configuration = scene.configuration
            configuration.sources[0].collect.jobRuns = nil
            try await scene.exporter.apply(configuration)
            #expect(!scene.page().lines.contains { $0.contains("job_run") && !$0.contains("operation=") })
            #expect(Self.otherLines(scene.page()) == others)
            #expect(cloud.requestCount(.listEndpoints) == requests)
        }
    }
}
