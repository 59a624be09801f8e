// SPDX-License-Identifier: Apache-2.0
import Config
import Fabric
import Glibc
import Simulator
import TestSupport
import Testing

@testable import Exporter

/// Secret files that are missing or empty at the start and are created later.
@Suite("Missing secrets", .serialized, .timeLimit(.minutes(5)))
struct ExporterLateSecretTests {
    private static let password = "Sup3rSecretPassword"

    private static func cloud() -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 12, workspaces: 2, endpointsEach: 3)
        cloud.updateIdentity { $0.users = [(domain: "acme", name: "exporter", password: password)] }
        return cloud
    }

    @Test("The source is polled as soon as the file exists", arguments: [true, false])
    func noticed(isToken: Bool) async throws {
        let file = try TemporaryFile("")
        defer { file.remove() }
        let auth = { (url: String) in
            isToken
                ? AuthSettings.token(.file(path: file.path))
                : .password(
                    PasswordSettings(
                        iamURL: url + "/v3", domain: "acme", user: "exporter", password: .file(path: file.path),
                        project: .name("cn-north-4")))
        }
        try await Scene.run(Self.cloud(), authAt: auth) { scene in
            for content in [nil, ""] as [String?] {
                if let content { try file.replace(content) } else { unlink(file.path) }
                await scene.exporter.pollOnce()
                let failures = scene.page().failures(of: "workspace-0")
                #expect(failures.keys.sorted() == ["credentials"])
                #expect(await scene.hasUntriedCredential() == false)
            }
            try file.replace(isToken ? Scene.token : Self.password)
            #expect(await scene.hasUntriedCredential())
            // Reported only once.
            #expect(await scene.hasUntriedCredential() == false)
            await scene.exporter.pollOnce()
            #expect(scene.page().isUp("workspace-0") && scene.page().isUp("workspace-1"))
        }
    }

    @Test("A slow credential check is not started twice")
    func slowCheck() async throws {
        try await Scene.run(Self.cloud()) { scene in
            #expect(scene.exporter.takeUnwatched() == ["simulated"])
            #expect(scene.exporter.takeUnwatched() == [])
            await scene.exporter.pollIfCredentialChanged("simulated")
            #expect(scene.exporter.takeUnwatched() == ["simulated"])
        }
    }

    /// Returns a configuration file with one source whose token is in the file `token`.
    private func configuration(
        _ url: String, _ cloud: SimulatedCloud, token: String, discovers: Bool
    ) throws
        -> TemporaryFile
    {
        var text = "poll: {interval: 1h, timeout: 10s, retries: 0}\nsources:\n  - region: cn-north-4\n"
        text += "    base_url: \(url)\n    auth: {token_file: \(token)}\n"
        text += discovers ? "    discovery: {interval: 1h}\n" : "    workspaces: [{id: \(cloud.workspaces[0].id)}]\n"
        return try TemporaryFile(text, name: "config.yaml")
    }

    @Test("serve starts without the file, and polls within seconds after it is created", arguments: [false, true])
    func serve(discovers: Bool) async throws {
        let cloud = Self.cloud()
        let server = try await SimulatorServer.start(cloud, logger: Scene.quiet)
        let running = Task { try await server.run() }
        let token = try TemporaryFile("", name: "token")
        defer { token.remove() }
        unlink(token.path)
        let file = try configuration(server.baseURL, cloud, token: token.path, discovers: discovers)
        defer { file.remove() }
        let child = try ChildProcess(
            ExporterCommandTests.program, ["serve", "--config.file", file.path, "--web.listen-address", "127.0.0.1:0"])
        let log = try await child.printed("reason=credentials")
        #expect(log.contains("cannot read \(token.path)"), "\(log)")
        child.send(SIGHUP)
        let reloaded = try await child.printed("configuration reloaded")
        #expect(!reloaded.contains("configuration reload failed"))
        #expect(cloud.requestCount(.listEndpoints) + cloud.requestCount(.listWorkspaces) == 0)
        try token.replace(Scene.token)
        // The next regular poll is an hour away.
        await cloud.waitForRequests(1, .listEndpoints, workspaceID: cloud.workspaces[0].id)
        child.send(SIGTERM)
        #expect(try await child.end().status == 0)
        await server.shutdown()
        try await running.value
    }

    @Test("A missing secret is an error for check, a warning with --allow-missing-secrets, and status 3 for once")
    func check() async throws {
        let token = try TemporaryFile("", name: "token")
        defer { token.remove() }
        let cloud = Self.cloud()
        let file = try configuration("http://127.0.0.1:1", cloud, token: token.path, discovers: false)
        defer { file.remove() }
        func run(_ arguments: String...) async throws -> (status: Int32, output: String) {
            try await ChildProcess(ExporterCommandTests.program, arguments + ["--config.file", file.path]).end()
        }
        let line = "\(file.path):5:24: sources[0].auth.token_file: \(token.path) is empty"
        #expect(try await run("check") == (2, line + "\n"))
        let allowed = try await run("check", "--allow-missing-secrets")
        #expect(allowed.status == 0 && allowed.output.hasSuffix("Warning: \(line)\n"), "\(allowed)")
        let once = try await run("once")
        #expect(once.status == 3 && once.output.contains("reason=\"credentials\"} 1"), "\(once)")
        chmod(token.path, 0)
        // Root can read all files, so a directory is used as unreadable file.
        unlink(token.path)
        mkdir(token.path, 0o700)
        for command in ["serve", "once"] {
            let rejected = try await run(command)
            #expect(rejected.status == 2 && rejected.output.contains("is a directory"), "\(rejected)")
        }
        #expect(try await run("check", "--allow-missing-secrets").status == 2)
        rmdir(token.path)
    }

    @Test("A pipe without a writer blocks neither check nor the start of serve")
    func pipe() async throws {
        let token = try TemporaryFile("", name: "token")
        defer { token.remove() }
        unlink(token.path)
        try #require(mkfifo(token.path, 0o600) == 0)
        let file = try configuration("http://127.0.0.1:1", Self.cloud(), token: token.path, discovers: false)
        defer { file.remove() }
        let checked = try await ChildProcess(ExporterCommandTests.program, ["check", "--config.file", file.path]).end()
        #expect(checked.status == 0 && checked.output.contains("Warning: "), "\(checked)")
        let child = try ChildProcess(
            ExporterCommandTests.program, ["serve", "--config.file", file.path, "--web.listen-address", "127.0.0.1:0"])
        let log = try await child.printed("reason=credentials")
        #expect(log.contains("\(token.path): the file did not respond within 5 s"), "\(log)")
        child.send(SIGTERM)
        #expect(try await child.end().status == 0)
    }

    @Test("Files named by the environment are checked; a missing default credentials file is only a warning")
    func environment() throws {
        let empty = try TemporaryFile("")
        let folder = try TemporaryFile("content")
        defer { for file in [empty, folder] { file.remove() } }
        let configuration = ExporterConfiguration(
            sources: [SourceSettings(name: "s", baseURL: "http://127.0.0.1:1", auth: .environment, workspaces: [])])
        func secrets(_ variables: [String: String]) -> EnvironmentSecrets {
            EnvironmentSecrets(configuration, environment: variables)
        }
        let file = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
        let missing = "source s: auth from the environment: \(file): cannot read /nowhere: no such file"
        #expect(secrets([file: "/nowhere"]).missing == [missing])
        #expect(secrets([file: "/nowhere", "HUAWEICLOUD_SDK_AK": "a"]).missing == [])
        #expect(secrets([file: folder.path]).missing == [])
        #expect(
            secrets([file: folder.folder]).problems == [
                "source s: auth from the environment: \(file): cannot read \(folder.folder): is a directory"
            ])
        for variables in [
            ["HUAWEICLOUD_SDK_IDP_ID": "i", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": empty.path],
            ["HUAWEICLOUD_OIDC_PROVIDER_URN": "u", "HUAWEICLOUD_OIDC_TOKEN_FILE": empty.path],
        ] {
            #expect(secrets(variables).missing.count == 1)
            #expect(secrets(variables).missing.first?.hasSuffix("\(empty.path) is empty") == true)
        }
        let home = secrets(["HOME": "/nowhere"])
        #expect(home.missing == [] && home.problems == [])
        #expect(home.warnings.count == 1)
        let others = ExporterConfiguration(sources: [])
        #expect(EnvironmentSecrets(others, environment: [file: "/nowhere"]).missing == [])
    }
}

extension Scene {
    /// Returns whether the source has a new credential to try.
    fileprivate func hasUntriedCredential() async -> Bool {
        await exporter.client(of: "simulated")?.hasUntriedCredential() ?? false
    }
}
