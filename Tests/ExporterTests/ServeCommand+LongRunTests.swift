// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulator
import TestSupport
import Testing

@testable import Exporter

/// Tests of a running `serve`.
@Suite("ServeCommand: faults and reloads", .serialized, .timeLimit(.minutes(5)))
struct ServeCommandLongRunTests {
    /// A process that polls a simulated cloud.
    private struct Running {
        let cloud: SimulatedCloud
        let child: ChildProcess
        let configuration: TemporaryFile
        /// Replaces the configuration with one of these workspaces.
        let configure: ([SimulatedWorkspace]) throws -> Void
        private let address: String

        init(
            cloud: SimulatedCloud, child: ChildProcess, configuration: TemporaryFile,
            configure: @escaping ([SimulatedWorkspace]) throws -> Void
        ) async throws {
            let log = try await child.printed("telemetry_path=")
            let field = log.split(separator: " ").last { $0.hasPrefix("address=") }
            self.cloud = cloud
            self.child = child
            self.configuration = configuration
            self.configure = configure
            address = String(try #require(field).dropFirst("address=".count))
        }

        func page() async throws -> ScenePage {
            let client = try RawClient(connectingTo: address)
            try await client.send("GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let response = try await client.receiveText()
            #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n"))
            return ScenePage(Array(response.utf8))
        }

        /// Waits for `count` more requests for each of `workspaces`.
        func waitForRequests(_ count: Int, _ workspaces: Int...) async {
            for index in workspaces {
                let id = cloud.workspaces[index].id
                let before = cloud.requestCount(.listEndpoints, workspaceID: id)
                await cloud.waitForRequests(before + count, .listEndpoints, workspaceID: id)
            }
        }
    }

    private func run(
        _ cloud: SimulatedCloud, polling workspaces: Int, _ body: (Running) async throws -> Void
    ) async throws {
        let server = try await SimulatorServer.start(cloud, logger: Scene.quiet)
        let serving = Task { try await server.run() }
        func text(_ workspaces: [SimulatedWorkspace]) -> String {
            """
            poll: {interval: 400ms, timeout: 3s, stale_after: 1h, retries: 0, requests_per_second: 0, max_endpoints: 5000}
            sources:
              - region: cn-north-4
                base_url: \(server.baseURL)
                auth: {token: \(Scene.token)}
                workspaces:

            """
                + workspaces.map { "      - {id: \($0.id), name: \($0.name?.string ?? "")}\n" }.joined()
        }
        let file = try TemporaryFile(text(Array(cloud.workspaces.prefix(workspaces))), name: "config.yaml")
        defer { file.remove() }
        let child = try ChildProcess(
            ExporterCommandTests.program, ["serve", "--config.file", file.path, "--web.listen-address", "127.0.0.1:0"])
        do {
            try await body(
                Running(cloud: cloud, child: child, configuration: file) { try file.replace(text($0)) })
        } catch {
            child.stop()
            throw error
        }
        child.send(SIGTERM)
        let (status, output) = try await child.end()
        #expect(status == 0, "\(output)")
        await server.shutdown()
        try await serving.value
    }

    @Test("Faults cost less than 150 MB of memory, and all series recover")
    func memory() async throws {
        let cloud = Scene.cloud(seed: 7, workspaces: 2, endpointsEach: 120)
        let bad = cloud.workspaces[0].id
        try await run(cloud, polling: 2) { running in
            await running.waitForRequests(6, 0, 1)
            let healthy = try await running.page()
            let idle = try #require(running.child.peakResidentKiB)
            for response in HostileResponse.all {
                cloud.inject(response.fault, for: .workspace(bad))
                // More requests than one poll sends, so that a poll with the fault has ended.
                await running.waitForRequests(response.reason == "inconsistent" ? 13 : 2, 0)
                if response.isEndless { await running.waitForRequests(1, 1) }
                cloud.clearFaults()
            }
            await running.waitForRequests(6, 0, 1)
            let recovered = try await running.page()
            for workspace in ["workspace-0", "workspace-1"] {
                #expect(recovered.isUp(workspace))
                #expect(recovered.domainLines(of: workspace) == healthy.domainLines(of: workspace))
            }
            let missing = Set(HostileResponse.all.map(\.reason)).subtracting(recovered.failures(of: "workspace-0").keys)
            #expect(missing == [])
            let peak = try #require(running.child.peakResidentKiB)
            #expect(peak - idle < 150 * 1024, "from \(idle) to \(peak) KiB")
        }
    }

    @Test("SIGHUP removes and adds workspaces, and keeps series and counters of the others")
    func reload() async throws {
        let cloud = Scene.cloud(seed: 8, workspaces: 3, endpointsEach: 30)
        try await run(cloud, polling: 2) { running in
            await running.waitForRequests(3, 0, 1)
            let before = try await running.page()
            #expect(before.isUp("workspace-0") && before.isUp("workspace-1"))
            #expect(before.value("dataarts_fabric_exporter_config_reloads_total") == "0")

            try running.configure([cloud.workspaces[1], cloud.workspaces[2]])
            running.child.send(SIGHUP)
            try await running.child.printed("configuration reloaded")
            await running.waitForRequests(2, 2)
            let after = try await running.page()
            #expect(after.lines.filter { $0.contains("workspace-0") } == [])
            #expect(after.domainLines(of: "workspace-1") == before.domainLines(of: "workspace-1"))
            #expect(after.isUp("workspace-2"))
            func polls(_ page: ScenePage) -> Int {
                page.value("dataarts_fabric_workspace_polls_total", "workspace-1").flatMap { Int($0) } ?? 0
            }
            #expect(polls(before) > 0)
            #expect(polls(after) >= polls(before))
            #expect(after.value("dataarts_fabric_exporter_config_reloads_total") == "1")
            #expect(after.value("dataarts_fabric_exporter_config_last_reload_successful") == "1")
        }
    }

    @Test("SIGHUP with an invalid file changes nothing and logs the error")
    func badReload() async throws {
        let cloud = Scene.cloud(seed: 8, workspaces: 1, endpointsEach: 30)
        try await run(cloud, polling: 1) { running in
            await running.waitForRequests(2, 0)
            let before = try await running.page()
            try running.configuration.replace("sources: 7\n")
            running.child.send(SIGHUP)
            let log = try await running.child.printed("configuration reload failed")
            #expect(log.contains("config.yaml:1:10: sources: "), "\(log)")
            await running.waitForRequests(2, 0)
            let after = try await running.page()
            #expect(after.isUp("workspace-0"))
            #expect(after.domainLines(of: "workspace-0") == before.domainLines(of: "workspace-0"))
            #expect(after.value("dataarts_fabric_exporter_config_last_reload_successful") == "0")
        }
    }
}
