// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite struct SimulatedCloudJobRunsTests {
    private static let path = "/v1/workspaces/w1/jobs/runs"

    /// Returns a cloud with one workspace of five job runs.
    private static func cloud() -> SimulatedCloud {
        var workspace = SimulatedWorkspace(id: "w1", name: "one")
        let runs: [(id: String, status: String, created: Int64?)] = [
            ("b", "FAILED", 20), ("c", "PENDING", 30), ("a", "FAILED", 10), ("d", "FAILED", 40), ("n", "FAILED", nil),
        ]
        workspace.jobRuns = runs.map {
            SimulatedJobRun(id: .string($0.id), status: .string($0.status), createdSeconds: $0.created)
        }
        return SimulatedCloud(workspaces: [workspace])
    }

    @Test func `A page has the documented format`() async {
        let response = await ask(Self.cloud(), Self.path + "?limit=1&offset=1")
        #expect(response.status == 200)
        #expect(response.body == #"{"total":5,"job_runs":[{"id":"c","status":"PENDING","type":"RAY_JOB"}]}"#)
    }

    @Test(arguments: [
        ("", ["b", "c", "a", "d", "n"]), ("status=FAILED", ["b", "a", "d", "n"]), ("status=RUNNING", []),
        ("status=FAILED&sort_by=CREATE_TIME&order_by=ASC", ["n", "a", "b", "d"]),
        ("sort_by=CREATE_TIME&order_by=DESC", ["d", "c", "b", "a", "n"]),
    ])
    func `Runs are filtered by status and sorted by creation`(query: String, rows: [String]) async {
        let response = await ask(Self.cloud(), Self.path + "?limit=100&" + query)
        #expect(ids(response.body) == rows)
        #expect(response.body.hasPrefix(#"{"total":\#(rows.count),"#))
    }

    @Test(arguments: ["sort_by=NAME", "order_by=UP", "limit=0"])
    func `An undocumented value of a parameter is rejected`(query: String) async {
        #expect(await ask(Self.cloud(), Self.path + "?" + query).status == 400)
    }

    @Test func `The permission and the faults are those of the list, not of endpoints`() async {
        let cloud = Self.cloud()
        cloud.updateWorkspace("w1") { $0.forbidsJobRuns = true }
        #expect(await ask(cloud, Self.path).status == 403)
        cloud.updateWorkspace("w1") { $0.forbidsJobRuns = false }
        cloud.inject(.status(500, body: []), times: 1, for: .operation(.listJobRuns))
        #expect(await ask(cloud, Self.path).status == 500)
        cloud.inject(.ignoreFilter, for: .operation(.listJobRuns))
        #expect(await ids(ask(cloud, Self.path + "?status=RUNNING").body).count == 5)
        #expect(await ask(cloud, "/v1/workspaces/w1/endpoints").status == 200)
        #expect(cloud.requestCount(.listJobRuns) == 3)
    }

    @Test func `Seeded runs have every status and absent fields`() {
        let runs = SeededData(seed: 1).jobRuns(333)
        #expect(Set(runs.compactMap { $0.status?.string }) == Set(SeededData.jobRunStatuses))
        #expect(runs.contains { $0.status == nil } && runs.contains { $0.status == .null })
        #expect(runs.contains { $0.createTime == nil } && runs.contains { $0.updateTime == .null })
        #expect(runs.contains { $0.name?.string?.hasPrefix("每日作业") == true })
        #expect(Set(runs.compactMap { $0.id?.string }).count == 333)
    }

    @Test func `The demo has waiting runs, and a failure now and then`() {
        let scenario = DemoScenario(startSeconds: 1_750_000_000)
        func runs(_ name: String) -> [SimulatedJobRun] {
            scenario.sources[0].cloud.workspaces.first { $0.name?.string == name }?.jobRuns ?? []
        }
        #expect(runs("recommendation").count { $0.status == "PENDING" } == 2)
        var newestFailures: Set<Int64> = []
        for second in stride(from: 0, through: 3_600, by: 60) {
            scenario.advance(to: second)
            let runs = runs("analytics")
            #expect(runs.count == 720 && Set(runs.compactMap { $0.id?.string }).count == 720)
            newestFailures.insert(runs.filter { $0.status == "FAILED" }.compactMap(\.createdSeconds).max() ?? 0)
        }
        // A run every two minutes, each fifth one fails.
        #expect((6...8).contains(newestFailures.count))
    }
}
