// SPDX-License-Identifier: Apache-2.0
import Logging
import Simulator
import TestSupport

/// A second exporter, whose source has more workspaces than its rate limit allows.
final class Overload {
    private let plan: OverloadJudge.Plan
    private let cloud: SimulatedCloud
    private let server: SimulatorServer
    private let running: Task<Void, Never>
    private let tokenFile: TemporaryFile
    private let configuration: TemporaryFile
    let child: ExporterChild
    private var judge: OverloadJudge
    private var rows: [SimulatedWorkspace]
    private var random: SoakRandom
    private var nextScrape = WallTime.now
    private var nextLogLines = WallTime.now
    private let began = WallTime.now

    init(program: String, random: SoakRandom) async throws {
        self.random = random
        let plan = OverloadJudge.Plan()
        self.plan = plan
        let rows = (0..<plan.workspaces).map { index in
            SimulatedWorkspace(
                id: "overload-\(index)", name: .string("overload-\(index)"),
                endpoints: [
                    SimulatedEndpoint(
                        id: .string("row-of-overload-\(index)"), name: "row", type: "sql", status: "CREATE_FAILED",
                        errorCode: "dataartsfabric.00010011", errorMsg: "The service is busy.")
                ])
        }
        self.rows = rows
        cloud = SimulatedCloud(tokens: ["overload-token"], workspaces: rows)
        server = try await SimulatorServer.start(
            cloud, logger: Logger(label: "soak") { _ in SwiftLogNoOpLogHandler() })
        let server = server
        running = Task { try? await server.run() }
        tokenFile = try TemporaryFile("overload-token\n", name: "token")
        configuration = try TemporaryFile(
            """
            poll:
              interval: \(plan.interval / 1_000)ms
              timeout: \(plan.timeout / 1_000)ms
              stale_after: 30s
              requests_per_second: \(plan.requestsPerSecond)
              retries: 1
            sources:
              - name: overload
                region: cn-north-4
                base_url: \(server.baseURL)
                auth: {token_file: \(tokenFile.path)}
                discovery: {interval: \(plan.discoveryInterval / 1_000)ms}

            """, name: "config.yaml")
        child = try await ExporterChild.start("overload", program: program, configuration: configuration)
        judge = OverloadJudge(plan, now: WallTime.now)
    }

    private var requests: Int { cloud.requestCount(.listEndpoints) + cloud.requestCount(.listWorkspaces) }

    /// Changes the number of workspaces when it is due, and checks a page about once per second.
    /// - Parameter producesLogLines: whether to produce many log lines and pause reading for half of each minute.
    func step(_ checker: Checker, producesLogLines: Bool) async throws {
        let now = WallTime.now
        child.log.isRead = !producesLogLines || !(15..<45).contains((now - began) / 1_000_000 % 60)
        try child.log.step(now)
        let (count, problems) = judge.change(at: now, requests: requests)
        for problem in problems { checker.complain("overload: \(problem)") }
        if let count { setWorkspaces(count) }
        if producesLogLines, now >= nextLogLines {
            nextLogLines = now + 5_000_000
            produceLogLines()
        }
        guard now >= nextScrape else { return }
        nextScrape = now + 1_000_000
        do {
            let scrape = try await child.scrape(openMetrics: false, gzip: true)
            for problem in judge.problems(Health.bySubject(scrape.samples), at: scrape.sent) {
                checker.complain("overload: \(problem)")
            }
        } catch {
            checker.complain("overload: \(error)")
        }
    }

    private func setWorkspaces(_ count: Int) {
        for (index, workspace) in rows.enumerated() {
            if index >= count {
                cloud.removeWorkspace(workspace.id)
            } else if cloud.workspace(workspace.id) == nil {
                cloud.setWorkspace(workspace)
            }
        }
    }

    private func produceLogLines() {
        for workspace in cloud.workspaces {
            cloud.updateWorkspace(workspace.id) { workspace in
                for index in workspace.endpoints.indices {
                    workspace.endpoints[index].errorMsg = .string("Attempt \(random.hex(24)) failed.")
                }
            }
        }
    }

    /// Stops the program; if `isHostile`, while its token file hangs and its log is not read.
    func stop(_ checker: Checker, within limit: Int64, isHostile: Bool) async throws {
        if isHostile {
            // The log is not read from here on.
            child.log.isRead = false
            produceLogLines()
            _ = try HangingPath(tokenFile)
            try await ContinuousClock().sleep(for: .seconds(3))
        }
        if let problem = try await child.stop(within: limit) { checker.complain("overload: the exporter \(problem)") }
        await server.shutdown()
        await running.value
        tokenFile.remove()
        configuration.remove()
        child.log.remove(keepingLog: !checker.wrong.isEmpty)
    }
}
