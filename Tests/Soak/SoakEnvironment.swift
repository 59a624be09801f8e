// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import Simulator
import TestSupport

/// The dependencies of the exporter: control planes, relays, proxies and files.
final class SoakEnvironment {
    let kinds: Set<FaultKind>
    let timing: SoakTiming
    let configured: SimulatedCloud
    let discovered: SimulatedCloud
    /// Small sources, one per kind of credential, whose only fault is that one workspace is rejected.
    let steady: [SimulatedCloud]
    /// The source with API v2.
    let lake: SimulatedCloud
    /// Whether the program polls it; older programs do not know API v2 or its pools.
    var pollsLake = true
    let configuredRelay: StallingRelay
    /// The two addresses of the discovered source.
    let discoveredRelays: [StallingRelay]
    /// The HTTP/2 proxy of the first steady source, and its relay; nil: nginx is not installed.
    private let proxy: HTTP2Proxy?
    let proxyRelay: StallingRelay?
    /// nil if this process may not create mount namespaces.
    let name: MovingName?
    let tokenFile: TemporaryFile
    let webFile: TemporaryFile
    let history: History
    let quotas: QuotaTruth
    var generator: DataGenerator
    var random: SoakRandom
    /// The token that the configured source accepts.
    var token = "first-token"
    /// The response header in the web configuration file.
    var transportSecurity = "Strict-Transport-Security: max-age=1"
    /// Whether a fault has removed the token file.
    var isTokenFileAway = false
    private var number = 1
    private let servers: [SimulatorServer]
    private var running: [Task<Void, Never>] = []

    static let secondToken = "second-token"
    static let steadyToken = "steady-token"
    static let lakeToken = "lake-token"
    static let key = (id: "STEADYKEY", secret: "steady-secret")
    static let user = (domain: "acme", name: "exporter", password: "steady-password")

    init(_ options: Options, timing: SoakTiming) async throws {
        kinds = options.kinds
        self.timing = timing
        random = SoakRandom(seed: options.seed &+ 2)
        var generator = DataGenerator(random: SoakRandom(seed: options.seed &+ 1))
        generator.hasImplausibleTimes = options.kinds.contains(.times)
        let first = (0..<options.workspaces).map { generator.workspace($0) }
        configured = SimulatedCloud(tokens: [token], workspaces: first)
        discovered = SimulatedCloud(
            tokens: [Self.secondToken], workspaces: (0..<16).map { generator.collectedWorkspace(500 + $0) })
        steady = (0..<3).map { index in
            SimulatedCloud(
                tokens: [Self.steadyToken], workspaces: (0..<4).map { generator.workspace(900 + 10 * index + $0) })
        }
        for cloud in steady {
            cloud.updateIdentity { identity in
                identity.users = [Self.user]
                identity.keys = [Self.key.id: .init(secret: Self.key.secret)]
            }
        }
        let lakes = (0..<8).map { generator.lakeWorkspace($0) }
        lake = SimulatedCloud(tokens: [Self.lakeToken], workspaces: lakes)
        self.generator = generator
        history = History(
            lyingAbout: options.lies ? first[0].id : nil, lake: options.lies ? lakes[0].id : nil)
        quotas = QuotaTruth(timing: timing)
        let quiet = Logger(label: "soak") { _ in SwiftLogNoOpLogHandler() }
        var servers: [SimulatorServer] = []
        for cloud in [configured, discovered] + steady + [lake] {
            let (history, isLake) = (history, cloud === lake)
            cloud.observe { history.note($0, isLake: isLake) }
            servers.append(try await SimulatorServer.start(cloud, logger: quiet))
        }
        self.servers = servers
        configuredRelay = try StallingRelay(to: try Self.port(servers[0]))
        proxy = options.kinds.contains(.connections) ? try HTTP2Proxy(before: try Self.port(servers[2])) : nil
        proxyRelay = try proxy.map { try StallingRelay(to: $0.port) }
        name = options.kinds.contains(.names) ? try MovingName() : nil
        let relay = try StallingRelay(to: try Self.port(servers[1]))
        let other = try StallingRelay(to: try Self.port(servers[1]), on: "127.0.0.2", port: relay.port)
        discoveredRelays = [relay, other]
        tokenFile = try TemporaryFile(token + "\n", name: "token")
        webFile = try TemporaryFile("", name: "web.yaml")
        try webFile.replace(webText)
        changeQuotas()
        running = servers.map { server in Task { try? await server.run() } }
    }

    private static func port(_ server: SimulatorServer) throws -> UInt16 {
        guard let port = server.baseURL.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw SoakError(description: "no port in \(server.baseURL)")
        }
        return port
    }

    /// All control planes.
    var clouds: [SimulatedCloud] { [configured, discovered] + steady + [lake] }

    /// The polled workspaces that always exist, and those of them that must stay up.
    var constantIDs: [String] {
        (configured.workspaces + (pollsLake ? lake.workspaces : [])).map(\.id) + steadyIDs
    }
    var steadyIDs: [String] { steady.flatMap { $0.workspaces.map(\.id) } }

    /// The content of the web configuration file.
    var webText: String {
        let value = transportSecurity.split(separator: " ").last ?? ""
        return "http_server_config:\n  headers:\n    Strict-Transport-Security: \(value)\n"
    }

    /// Replaces the quotas of the steady sources.
    func changeQuotas() {
        for (index, cloud) in steady.enumerated() {
            let rows = QuotaTruth.rows(&random)
            quotas.note(rows, of: "steady-\(index)")
            cloud.quotas = [QuotaTruth.project: rows]
        }
    }

    /// Returns a unique number.
    func nextNumber() -> Int {
        number += 1
        return number
    }

    /// Writes a new web configuration file with `write`.
    func changeWebFile(_ write: (String) throws -> Void) rethrows {
        transportSecurity = "Strict-Transport-Security: max-age=\(nextNumber())"
        try write(webText)
    }

    /// Stops the control planes and removes the files.
    func stop() async {
        for relay in discoveredRelays + [configuredRelay] + (proxyRelay.map { [$0] } ?? []) { relay.stop() }
        try? proxy?.stop()
        for server in servers { await server.shutdown() }
        for task in running { await task.value }
        tokenFile.remove()
        webFile.remove()
        name?.hosts.remove()
    }

    /// Returns the configuration of the exporter.
    /// - Parameters:
    ///   - hasConnectionAge: whether the program has the key `poll.connection_max_age`.
    ///   - collects: whether the program has the key `collect` with all listings.
    func configurationText(hasConnectionAge: Bool, collects: Bool) -> String {
        let host = name == nil ? discoveredRelays[0].address : MovingName.name
        var text = """
            poll:
              interval: \(timing.interval / 1000)ms
              timeout: \(timing.timeout / 1000)ms
              stale_after: \(timing.staleAfter / 1000)ms
              concurrency: 64
              requests_per_second: 0
              retries: 1
              page_size: \(DataGenerator.pageSize)
              max_endpoints: 2000
              max_response_bytes: 1000000
            \(hasConnectionAge ? "  connection_max_age: \(timing.connectionAge / 1_000_000)s" : "")
            sources:
              - name: discovered
                region: cn-north-9
                base_url: http://\(host):\(discoveredRelays[0].port)
                auth: {token: \(Self.secondToken)}
                discovery: {interval: 3s}
            \(collects ? collectLines(host) : "")

            """
        let steadyAuth = [
            "token: \(Self.steadyToken)",
            "access_key: {id: \(Self.key.id), secret: \(Self.key.secret), project_id: 0605767ac280d5762f8cc01ab2b4ba1d}",
            "password: {iam_url: \(servers[4].baseURL), domain: \(Self.user.domain), user: \(Self.user.name), "
                + "password: \(Self.user.password), project: cn-north-4}",
        ]
        for (index, auth) in steadyAuth.enumerated() {
            var url = servers[2 + index].baseURL
            var tls: String?
            if index == 0, let proxy, let proxyRelay {
                url = "https://127.0.0.1:\(proxyRelay.port)"
                tls = "ca_file: \(proxy.certificate)"
            }
            // A token does not contain its project; other credentials do.
            let project = index == 0 ? ", project_id: \(QuotaTruth.project)" : ""
            let collect = "quotas: {interval: \(QuotaTruth.interval / 1_000_000)s\(project)}"
            text += source(
                "steady-\(index)", url: url, auth: auth, tls: tls, collect: collects ? collect : nil, steady[index])
        }
        if pollsLake {
            text += source(
                "lake", url: servers[5].baseURL, auth: "token: \(Self.lakeToken)", api: "v2",
                collect: "pools: {interval: \(timing.interval / 1000)ms}", lake)
        }
        return text
            + source(
                "configured", url: "http://127.0.0.1:\(configuredRelay.port)", auth: "token_file: \(tokenFile.path)",
                configured)
    }

    private func collectLines(_ host: String) -> String {
        "    services_url: http://\(host):\(discoveredRelays[0].port)\n"
            + "    collect: {service_instances: {}, job_runs: {interval: \(timing.interval / 1000)ms}}"
    }

    private func source(
        _ name: String, url: String, auth: String, tls: String? = nil, api: String? = nil, collect: String? = nil,
        _ cloud: SimulatedCloud
    ) -> String {
        func quoted(_ text: String) -> String {
            "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
        }
        let text = """
              - name: \(name)
                region: cn-north-4
                base_url: \(url)
                auth: {\(auth)}
                tls: {\(tls ?? "")}
            \(api.map { "    api: \($0)" } ?? "")
            \(collect.map { "    collect: {\($0)}" } ?? "")
                workspaces:

            """
        return cloud.workspaces.reduce(text) { text, workspace in
            text + "      - {id: \(workspace.id), name: \(quoted(workspace.name?.string ?? ""))}\n"
        }
    }
}
