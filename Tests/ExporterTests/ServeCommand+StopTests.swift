// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulator
import Synchronization
import TestSupport
import Testing

@testable import Exporter

/// Tests of stopping `serve` while operations are blocked. The process must exit with 0 after SIGTERM.
@Suite("ServeCommand: stopping", .serialized, .timeLimit(.minutes(5)))
struct ServeCommandStopTests {
    /// A running process and its files.
    private struct Running {
        let cloud: SimulatedCloud
        let child: ChildProcess
        let address: String
        let configuration: TemporaryFile
        let configurationText: String
        let token: TemporaryFile
        let web: TemporaryFile

        func request(_ line: String) async throws -> String {
            let client = try RawClient(connectingTo: address)
            try await client.send("\(line) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            return try await client.receiveText()
        }

        func page() async throws -> ScenePage { ScenePage(Array(try await request("GET /metrics").utf8)) }
    }

    /// Runs `body` with the process, which then must exit with 0 within 5 s after SIGTERM.
    private func run(
        endpointsEach: Int = 4, failing: Bool = false, closesErrors: Bool = false, _ extra: String...,
        body: (Running) async throws -> Void
    ) async throws {
        let cloud = Scene.cloud(seed: 9, workspaces: 4, endpointsEach: endpointsEach)
        if failing {
            for workspace in cloud.workspaces {
                cloud.updateWorkspace(workspace.id) { workspace in
                    for index in workspace.endpoints.indices {
                        workspace.endpoints[index].errorCode = .string("E.1")
                        workspace.endpoints[index].errorMsg = .string(String(repeating: "m", count: 450))
                    }
                }
            }
        }
        let server = try await SimulatorServer.start(cloud, logger: Scene.quiet)
        let serving = Task { try await server.run() }
        let token = try TemporaryFile(Scene.token, name: "token")
        let web = try TemporaryFile("http_server_config: {headers: {X-Frame-Options: deny}}\n", name: "web.yaml")
        var text = "poll: {interval: 400ms, timeout: 3s, stale_after: 1h, retries: 0, requests_per_second: 0}\n"
        text += "sources:\n  - region: cn-north-4\n    base_url: \(server.baseURL)\n"
        text += "    auth: {token_file: \(token.path)}\n    workspaces:\n"
        for workspace in cloud.workspaces { text += "      - {id: \(workspace.id)}\n" }
        let configuration = try TemporaryFile(text, name: "config.yaml")
        defer { for file in [token, web, configuration] { file.remove() } }
        let address = "127.0.0.1:\(try LoopbackSocket.freePort())"
        let arguments =
            [
                "serve", "--config.file", configuration.path, "--web.config.file", web.path, "--web.enable-lifecycle",
                "--web.listen-address", address,
            ] + extra
        let child =
            closesErrors
            ? try ChildProcess("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&-", ExporterCommandTests.program] + arguments)
            : try ChildProcess(ExporterCommandTests.program, arguments)
        do {
            await cloud.waitForRequests(4, .listEndpoints)
            try await body(
                Running(
                    cloud: cloud, child: child, address: address, configuration: configuration,
                    configurationText: text, token: token, web: web))
        } catch {
            child.send(SIGKILL)
            _ = try await child.endUnread()
            throw error
        }
        let clock = ContinuousClock()
        let begin = clock.now
        child.send(SIGTERM)
        child.send(SIGINT)
        let status = try await child.endUnread()
        #expect(status == 0)
        // At most 4.6 s after the signal, plus the delays of a busy machine; a process that hangs would never end.
        #expect(clock.now - begin < .seconds(20))
        await server.shutdown()
        try await serving.value
    }

    @Test("An unread log delays neither polls nor stopping")
    func unreadLog() async throws {
        // More than the 64 KiB of a pipe at first, then a line for every poll.
        try await run(endpointsEach: 150, failing: true, "--log.level", "debug") { running in
            for workspace in running.cloud.workspaces {
                await running.cloud.waitForRequests(20, .listEndpoints, workspaceID: workspace.id)
            }
            let page = try await running.page()
            #expect(page.value("dataarts_fabric_exporter_log_lines_dropped_total") == "0")
        }
    }

    @Test("A closed standard error delays nothing, and its number is not reused")
    func closedLog() async throws {
        try await run(closesErrors: true) { running in
            let target = try #require(realpath("/proc/\(running.child.pid)/fd/2", nil))
            defer { free(target) }
            #expect(String(cString: target) == "/dev/null")
            let page = try await running.page()
            #expect(page.value("dataarts_fabric_exporter_log_lines_dropped_total") == "0")
        }
    }

    @Test("A token file that does not respond delays no stop")
    func hangingToken() async throws {
        try await run { running in
            try running.token.replaceByHangingFile()
            _ = try await running.token.openedByReader()
        }
    }

    @Test("A configuration that does not respond fails its reload only, and can be replaced")
    func hangingConfiguration() async throws {
        let clients = Mutex<[RawClient]>([])
        try await run { running in
            try running.configuration.replaceByHangingFile()
            async let reload = running.request("POST /-/reload")
            #expect(try await running.request("GET /-/healthy").hasPrefix("HTTP/1.1 200 "))
            let response = try await reload
            #expect(response.hasPrefix("HTTP/1.1 500 "))
            #expect(response.contains("the file \(running.configuration.path) did not respond within 5 s"))
            try running.configuration.replace(running.configurationText)
            #expect(try await running.request("POST /-/reload").hasPrefix("HTTP/1.1 200 "))
            // Another reload, during which the signal is received.
            try running.configuration.replaceByHangingFile()
            let client = try RawClient(connectingTo: running.address)
            try await client.send("POST /-/reload HTTP/1.1\r\nHost: h\r\n\r\n")
            clients.withLock { $0.append(client) }
            _ = try await running.configuration.openedByReader()
        }
    }

    @Test("A web configuration that does not respond stays in effect and delays no stop")
    func hangingWebConfiguration() async throws {
        try await run { running in
            try running.web.replaceByHangingFile()
            try await running.child.printed("the file \(running.web.path) did not respond within 5 s")
            #expect(try await running.request("GET /metrics").contains("X-Frame-Options: deny\r\n"))
        }
    }

    @Test("Idle, incomplete and unread connections delay no stop")
    func silentConnections() async throws {
        let clients = Mutex<[RawClient]>([])
        try await run { running in
            for text in ["", "GET /metrics HT", "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"] {
                let client = try RawClient(connectingTo: running.address, receiveBuffer: 4_096)
                try await client.send(text)
                clients.withLock { $0.append(client) }
            }
        }
    }

    @Test("SIGHUP while the configuration is first read does not terminate the process")
    func earlyHangup() async throws {
        let file = try TemporaryFile("", name: "config.yaml")
        defer { file.remove() }
        try file.replaceByHangingFile()
        let child = try ChildProcess(ExporterCommandTests.program, ["serve", "--config.file", file.path])
        let writer = try await file.openedByReader()
        defer { close(writer) }
        child.send(SIGHUP)
        child.send(SIGTERM)
        #expect(try await child.end().status == 0)
    }

    @Test("A configuration that does not respond at startup delays no stop")
    func hangingStart() async throws {
        let file = try TemporaryFile("", name: "config.yaml")
        defer { file.remove() }
        try file.replaceByHangingFile()
        let child = try ChildProcess(ExporterCommandTests.program, ["serve", "--config.file", file.path])
        let writer = try await file.openedByReader()
        defer { close(writer) }
        let clock = ContinuousClock()
        let begin = clock.now
        child.send(SIGTERM)
        let (status, output) = try await child.end()
        #expect(status == 0)
        // At most 4.6 s after the signal, plus the delays of a busy machine; a process that hangs would never end.
        #expect(clock.now - begin < .seconds(20))
        #expect(output.contains("msg=\"stopped without waiting for blocked operations\""))
    }
}
