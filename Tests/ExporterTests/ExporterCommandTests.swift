// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulator
import TestSupport
import Testing

@testable import Exporter

/// Tests of the built executable.
@Suite("ExporterCommand", .serialized, .timeLimit(.minutes(5)))
struct ExporterCommandTests {
    /// The path of the executable, which is in the same directory as the test bundle.
    static let program: String = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        var folder = bundle
        while !folder.isEmpty, ChildProcess.path(of: folder + "/dataarts-fabric-exporter") == nil {
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
        return folder + "/dataarts-fabric-exporter"
    }()

    private func run(_ arguments: String...) async throws -> (status: Int32, output: String) {
        try await ChildProcess(Self.program, arguments).end()
    }

    private func withSimulator(
        _ body: (_ configuration: String, _ cloud: SimulatedCloud) async throws -> Void
    ) async throws {
        let cloud = Scene.cloud(seed: 4, workspaces: 2, endpointsEach: 110)
        let server = try await SimulatorServer.start(cloud, logger: Scene.quiet)
        let running = Task { try await server.run() }
        var text = "poll: {interval: 1s, timeout: 10s, retries: 0}\nsources:\n  - region: cn-north-4\n"
        text += "    base_url: \(server.baseURL)\n    auth: {token: \(Scene.token)}\n    workspaces:\n"
        for workspace in cloud.workspaces {
            text += "      - {id: \(workspace.id), name: \(workspace.name?.string ?? "")}\n"
        }
        let file = try TemporaryFile(text, name: "config.yaml")
        defer { file.remove() }
        try await body(file.path, cloud)
        await server.shutdown()
        try await running.value
    }

    @Test("once prints the metrics of every workspace and exits with 0")
    func once() async throws {
        try await withSimulator { configuration, _ in
            let (status, output) = try await run("once", "--config.file", configuration)
            #expect(status == 0)
            for name in ["workspace-0", "workspace-1"] {
                #expect(output.contains("workspace=\"\(name)\",listing=\"endpoints\"} 110\n"))
            }
            #expect(!output.contains("process_") && !output.contains("_http_") && !output.contains("reload"))
        }
    }

    @Test("once exits with 3 if a workspace failed, and prints the others")
    func incomplete() async throws {
        try await withSimulator { configuration, cloud in
            cloud.inject(.reset, for: .workspace(cloud.workspaces[1].id))
            let (status, output) = try await run("once", "--config.file", configuration)
            #expect(status == 3)
            #expect(output.contains("workspace=\"workspace-0\",listing=\"endpoints\"} 110\n"))
            #expect(output.contains("Polling failed for: cn-north-4/\(cloud.workspaces[1].id)\n"))
        }
    }

    @Test("serve exits with 0 on SIGTERM and SIGINT", arguments: [SIGTERM, SIGINT])
    func stop(signal: Int32) async throws {
        try await withSimulator { configuration, cloud in
            let child = try ChildProcess(
                Self.program, ["serve", "--config.file", configuration, "--web.listen-address", "127.0.0.1:0"])
            await cloud.waitForRequests(4, .listEndpoints)
            child.send(signal)
            let (status, output) = try await child.end()
            #expect(status == 0, "\(output)")
            #expect(output.contains("msg=listening"))
        }
    }

    @Test("check prints a summary, or every error with its position")
    func check() async throws {
        try await withSimulator { configuration, _ in
            let good = try await run("check", "--config.file", configuration)
            #expect(good.status == 0)
            #expect(good.output.hasPrefix("Configuration is valid: 1 source, 2 workspaces"))
        }
        let file = try TemporaryFile("polls: {}\nsources: []\n", name: "bad.yaml")
        defer { file.remove() }
        let bad = try await run("check", "--config.file", file.path)
        #expect(bad.status == 2)
        #expect(bad.output.contains("\(file.path):1:1: polls: unknown key; did you mean poll?\n"))
    }

    @Test("check prints the errors of both files, or a summary of the web configuration")
    func checkWebConfiguration() async throws {
        let web = try TemporaryFile("http_server_config: {headers: {X-Frame-Options: deny}}\n", name: "web.yaml")
        defer { web.remove() }
        try await withSimulator { configuration, _ in
            let good = try await run("check", "--config.file", configuration, "--web.config.file", web.path)
            #expect(good.status == 0)
            #expect(good.output.hasSuffix("\nWeb configuration is valid: 1 header.\n"), "\(good.output)")
            try web.replace("")
            let empty = try await run("check", "--config.file", configuration, "--web.config.file", web.path)
            #expect(empty.status == 0)
            #expect(empty.output.contains("\nWarning: web configuration is empty; "), "\(empty.output)")
            try web.replace("basic_auth_user: {}\ntls_server_config: {cert_file: no.pem, key_file: no.key}\n")
            let bad = try await run("check", "--config.file", configuration, "--web.config.file", web.path)
            #expect(bad.status == 2)
            // As serve prints them.
            let serve = try await run("serve", "--config.file", configuration, "--web.config.file", web.path)
            #expect(serve.status == 2 && bad.output == serve.output, "\(bad.output)\(serve.output)")
            #expect(bad.output.contains("\(web.path):1:1: basic_auth_user: unknown key; did you mean "))
            let file = try TemporaryFile("polls: {}\n", name: "bad.yaml")
            defer { file.remove() }
            let both = try await run("check", "--config.file", file.path, "--web.config.file", web.path)
            #expect(both.status == 2)
            #expect(both.output.hasPrefix("\(file.path):1:1: polls: unknown key"), "\(both.output)")
            #expect(both.output.hasSuffix(bad.output), "\(both.output)")
        }
    }

    @Test("once --quiet logs only errors, and still prints which workspaces failed")
    func quiet() async throws {
        try await withSimulator { configuration, cloud in
            cloud.inject(.reset, for: .workspace(cloud.workspaces[1].id))
            let target = try TemporaryFile("", name: "fabric.prom")
            defer { target.remove() }
            let arguments = ["once", "--config.file", configuration, "--output", target.path, "--log.level", "debug"]
            let loud = try await ChildProcess(Self.program, arguments).end()
            #expect(loud.output.contains(" level=debug "), "\(loud.output)")
            let (status, output) = try await ChildProcess(Self.program, arguments + ["--quiet"]).end()
            #expect(status == 3)
            let lines = output.split(separator: "\n")
            #expect(lines.last == "Polling failed for: cn-north-4/\(cloud.workspaces[1].id)")
            #expect(lines.count > 1 && lines.dropLast().allSatisfy { $0.contains(" level=error ") }, "\(output)")
        }
    }

    @Test("status exits with 1 if the exporter is unreachable, and with 2 for wrong flags")
    func status() async throws {
        let (unreachable, output) = try await run("status", "http://127.0.0.1:1")
        #expect(unreachable == 1)
        #expect(output.hasPrefix("cannot get the status from http://127.0.0.1:1: "), "\(output)")
        #expect(output.split(separator: "\n").count == 1)
        for arguments in [
            ["--username", "u"], ["--password-file", "f"], ["h:1"], ["--bogus"], ["http://h", "http://i"],
        ] {
            let (status, output) = try await ChildProcess(Self.program, ["status"] + arguments).end()
            #expect(status == 2, "\(arguments): \(output)")
        }
    }

    @Test("Invalid flags exit with 2", arguments: ["--bogus", "--log.level=loud", "--shard=2/2", "--connect"])
    func flags(flag: String) async throws {
        #expect(try await run("serve", flag).status == 2)
    }

    @Test("metrics prints the reference")
    func metrics() async throws {
        let (status, output) = try await run("metrics")
        #expect(status == 0)
        #expect(output.hasPrefix("# Metrics\n"))
        #expect(output.contains("| `dataarts_fabric_workspace_up` | gauge |"))
    }

    @Test("serve logs version, revision, configuration file and sources first")
    func startLine() async throws {
        try await withSimulator { configuration, cloud in
            let child = try ChildProcess(
                Self.program, ["serve", "--config.file", configuration, "--web.listen-address", "127.0.0.1:0"])
            await cloud.waitForRequests(1, .listEndpoints)
            child.send(SIGTERM)
            let first = try #require(try await child.end().output.split(separator: "\n").first)
            #expect(first.contains("level=info msg=starting config_file=\(configuration) revision="), "\(first)")
            #expect(
                first.hasSuffix(" sources=\"cn-north-4 (2 workspaces)\" version=\(BuildInformation.version)"),
                "\(first)")
        }
    }

    @Test("With --log.format=json, errors of configuration and command line are JSON")
    func jsonErrors() async throws {
        let file = try TemporaryFile("polls: {}\nsources: []\n", name: "bad.yaml")
        defer { file.remove() }
        let bad = try await run("serve", "--config.file", file.path, "--log.format", "json")
        #expect(bad.status == 2)
        let lines = bad.output.split(separator: "\n")
        #expect(lines.count == 2, "\(bad.output)")
        #expect(lines.allSatisfy { $0.contains(#","level":"error","msg":"invalid configuration","error":""#) })
        for arguments in [["serve", "--bogus", "--log.format=json"], ["serve", "--log.format=json", "--shard=3/3"]] {
            let (status, output) = try await ChildProcess(Self.program, arguments).end()
            #expect(status == 2)
            let errors = output.split(separator: "\n")
            #expect(errors.count == 1, "\(output)")
            #expect(errors.allSatisfy { $0.contains(#","level":"error","msg":"invalid command line","error":""#) })
        }
    }
}
