// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import HTTPClient
import Simulator
import Testing

@testable import Exporter

@Suite("WorkspaceLister over HTTP", .serialized, .timeLimit(.minutes(5)))
struct WorkspaceListerTransportTests {
    private static func list(
        _ cloud: SimulatedCloud, name: String? = nil, project: String = "all_granted_eps", token: String = Scene.token
    ) async throws -> Result<[DiscoveredWorkspace], APIFailure> {
        let server = try await SimulatorServer.start(cloud, logger: Scene.quiet)
        let running = Task { try await server.run() }
        var poll = PollSettings()
        poll.requestsPerSecond = 0
        poll.retries = 0
        let engine = try CurlEngine()
        let clock = SystemClock()
        let factory = SourceFactory(engine: engine, poll: poll)
        let settings = SourceSettings(
            name: "simulated", region: "cn-north-4", baseURL: server.baseURL, auth: .token(.value(Secret(token))),
            workspaces: [])
        let client = SourceClient(
            source: settings.name, transport: factory.transport(settings),
            credentials: TokenCredentials(.value(Secret(token))), clock: clock,
            limiter: RequestLimiter(concurrency: 16, clock: clock),
            settings: poll)
        let lister = WorkspaceLister(
            client: client, baseURL: server.baseURL, name: name, enterpriseProjectID: project)
        let result: Result<[DiscoveredWorkspace], APIFailure>
        do throws(APIFailure) { result = .success(try await lister.list().workspaces) } catch {
            result = .failure(error)
        }
        await engine.shutdown()
        await server.shutdown()
        try await running.value
        return result
    }

    /// 250 workspaces, which are three pages.
    private static let cloud = SimulatedCloud(
        workspaces: (0..<250).map { number in
            SimulatedWorkspace(
                id: "ws-\(1_000 + number)", name: number % 3 == 0 ? nil : .string("名-\(number)"),
                enterpriseProjectID: number % 2 == 0 ? "0" : .null)
        })

    private static let expected = (0..<250).map { number in
        DiscoveredWorkspace(
            id: "ws-\(1_000 + number)", name: number % 3 == 0 ? nil : "名-\(number)",
            enterpriseProjectID: number % 2 == 0 ? "0" : nil)
    }

    @Test("All workspaces of the simulator are listed")
    func everything() async throws {
        #expect(try await Self.list(Self.cloud).get() == Self.expected)
    }

    @Test("Name and enterprise project filter the list")
    func filters() async throws {
        let named = Self.expected.filter { $0.name?.contains("名-1") == true }
        #expect(try await Self.list(Self.cloud, name: "名-1").get() == named)
        let ofProject = Self.expected.filter { $0.enterpriseProjectID == "0" }
        #expect(try await Self.list(Self.cloud, project: "0").get() == ofProject)
    }

    @Test("A rejected token is a failure, not an empty list")
    func rejected() async throws {
        guard case .failure(let failure) = try await Self.list(Self.cloud, token: "another-token") else {
            Issue.record("the token was accepted")
            return
        }
        #expect(failure.reason == .unauthenticated)
    }
}
