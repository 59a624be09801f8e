// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Exposition
import Fabric
import Listings
import Polling
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Versions of the API", .serialized, .timeLimit(.minutes(5)))
struct ExporterAPIVersionTests {
    private static let key = "exampleSecretKey/0123456789+abcdefghijklm"

    private static func endpoint(_ number: Int, _ type: String = "SparkSql") -> SimulatedEndpointV2 {
        var endpoint = SimulatedEndpointV2(
            id: .string("v2-endpoint-of-the-simulator-\(1_000 + number)"), name: .string("lake-\(number)"),
            type: .string(type), status: number % 10 == 9 ? "ABNORMAL" : "RUNNING",
            capacity: [SimulatedEndpointV2.capacity("CPU", minimum: 1, maximum: 2)], resourceType: "RESERVED",
            createTime: "2025-05-30T12:24:30.401Z", updateTime: "2025-05-30T12:24:30.401Z",
            computeID: .string("pool-\(number % 2)"))
        endpoint.creator = ["user_name": "lin"]
        return endpoint
    }

    /// Returns a cloud of one workspace with 3 endpoints of v1, and these of v2.
    private static func cloud(_ endpoints: [SimulatedEndpointV2]) -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 6, workspaces: 1, endpointsEach: 3)
        cloud.updateWorkspace(cloud.workspaces[0].id) { $0.endpointsV2 = endpoints }
        return cloud
    }

    /// Returns the configuration of `scene` with a second source, `lake`, of v2 for the same cloud.
    private static func both(_ scene: Scene, _ filter: EndpointFilter = EndpointFilter()) -> ExporterConfiguration {
        var configuration = scene.configuration
        var lake = configuration.sources[0]
        (lake.name, lake.api) = ("lake", .v2)
        lake.workspaces = lake.workspaces.map { WorkspaceSettings(id: $0.id, name: $0.name, filter: filter) }
        configuration.sources.append(lake)
        return configuration
    }

    private static func count(_ page: ScenePage, _ source: String) -> String? {
        page.value("dataarts_fabric_workspace_listed_records", "source=\"\(source)\"")
    }

    @Test(arguments: [0, 1, 100, 101, 230])
    func `Sources of both versions are polled side by side, completely`(count: Int) async throws {
        let cloud = Self.cloud((0..<count).map { Self.endpoint($0) })
        try await Scene.run(cloud, keepsRecords: true) { scene in
            try await scene.exporter.apply(Self.both(scene))
            await scene.exporter.pollOnce()
            let page = scene.page()
            #expect(Self.count(page, "simulated") == "3" && Self.count(page, "lake") == "\(count)")
            let maximum = page.value("dataarts_fabric_endpoint_capacity_max", "lake", #"status="RUNNING""#)
            #expect(maximum == (count == 0 ? nil : String(2 * (count - count / 10))))
            let lines = page.lines.filter { $0.hasPrefix("dataarts_fabric_endpoints{") }
            #expect(
                lines.allSatisfy {
                    $0.contains(#"source="lake""#) != $0.contains("visibility=")
                })
            let listings = scene.exporter.statusReport().workspaces.flatMap(\.exported)
            #expect(listings.map(\.records.count).sorted() == [3, count].sorted())
        }
    }

    @Test func `The filter of v2 is signed and applied`() async throws {
        let types = ["SparkSql", "AuraJob", "RayJob", "FlinkJob"]
        let cloud = Self.cloud((0..<40).map { Self.endpoint($0, types[$0 % 4]) })
        cloud.updateIdentity { $0.keys["EXAMPLEAK"] = .init(secret: Self.key) }
        let auth = { (url: String) in
            AuthSettings.accessKey(
                AccessKeySettings(id: "EXAMPLEAK", secret: .value(Secret(Self.key)), iamURL: url))
        }
        let filters: [(EndpointFilter, String)] = [
            (EndpointFilter(engineTypes: ["SparkSql", "AuraJob"]), "20"),
            (EndpointFilter(engineTypes: ["RayJob"]), "10"),
            (EndpointFilter(name: "lake-7"), "1"), (EndpointFilter(name: "lake"), "0"),
            (EndpointFilter(engineTypes: ["RayJob", "FlinkJob"], computeID: "pool-0"), "10"),
        ]
        for (filter, count) in filters {
            try await Scene.run(cloud, authAt: auth) { scene in
                try await scene.exporter.apply(Self.both(scene, filter))
                await scene.exporter.pollOnce()
                #expect(Self.count(scene.page(), "lake") == count, "\(filter)")
            }
        }
    }

    @Test func `Workspaces of v2 are discovered`() async throws {
        let cloud = Self.cloud([Self.endpoint(1)])
        try await Scene.run(cloud) { scene in
            var configuration = Self.both(scene)
            configuration.sources.removeFirst()
            configuration.sources[0].workspaces = []
            configuration.sources[0].discovery = DiscoverySettings()
            try await scene.exporter.apply(configuration)
            await scene.exporter.pollOnce()
            #expect(Self.count(scene.page(), "lake") == "1")
            #expect(cloud.requestCount(.listWorkspaces) == 1)
        }
    }

    @Test func `A reload that changes the version drops the old data`() async throws {
        let cloud = Self.cloud([Self.endpoint(1), Self.endpoint(2)])
        try await Scene.run(cloud) { scene in
            var configuration = scene.configuration
            for version in [APIVersion.v2, .v1] {
                await scene.exporter.pollOnce()
                #expect(Self.count(scene.page(), "simulated") == (version == .v2 ? "3" : "2"))
                configuration.sources[0].api = version
                try await scene.exporter.apply(configuration)
                let page = scene.page()
                #expect(page.lines.filter { $0.hasPrefix("dataarts_fabric_endpoint") } == [])
                #expect(page.value("dataarts_fabric_workspace_polls_total") == "0")
            }
            await scene.exporter.pollOnce()
            #expect(scene.page().lines.filter { $0.contains("capacity_max") || $0.contains("SparkSql") } == [])
        }
    }

    @Test func `A failed poll keeps the data of v2, and names its reason`() async throws {
        let cloud = Self.cloud([Self.endpoint(1)])
        try await Scene.run(cloud) { scene in
            var configuration = scene.configuration
            configuration.sources[0].api = .v2
            try await scene.exporter.apply(configuration)
            await scene.exporter.pollOnce()
            let before = scene.page().domainLines(of: "workspace-0")
            cloud.inject(.status(500, body: []), for: .operation(.listEndpoints))
            await scene.exporter.pollOnce()
            #expect(!before.isEmpty && scene.page().domainLines(of: "workspace-0") == before)
            #expect(scene.page().failures(of: "workspace-0") == ["server": "1"])
        }
    }

    @Test func `Shards divide workspaces of v2`() async throws {
        let cloud = Scene.cloud(seed: 3, workspaces: 20, endpointsEach: 1)
        for workspace in cloud.workspaces {
            cloud.updateWorkspace(workspace.id) { $0.endpointsV2 = [Self.endpoint(1)] }
        }
        try await Scene.run(cloud) { scene in
            let configuration = Self.both(scene)
            var polled: [WorkspaceKey] = []
            for ordinal in 0..<2 {
                let shard = try Shard(flag: "\(ordinal)/2", environment: [:], hostName: "host")
                let exporter = try await Exporter(configuration, shard: shard, environment: [:], logger: Scene.quiet)
                await exporter.pollOnce()
                polled += exporter.statusReport().workspaces.map(\.workspace.key)
                await exporter.shutDown()
            }
            #expect(Set(polled).count == 40 && polled.count == 40)
            #expect(cloud.requestCount(.listEndpoints) == 40)
        }
    }

    /// Runs `check --connect`; returns the report and the failing sources.
    private func connect(_ configuration: ExporterConfiguration) async throws -> (text: String, failing: [String]) {
        let outcome = try await ConnectionCheck(configuration: configuration, clock: SystemClock(), environment: [:])
            .run()
        return (outcome.lines.joined(separator: "\n"), outcome.failing)
    }

    @Test func `check lists endpoints of both versions, and does not advise about visibility in v2`() async throws {
        try await Scene.run(Self.cloud([Self.endpoint(1)])) { scene in
            let (text, failing) = try await connect(Self.both(scene))
            #expect(failing == [] && text.contains("2 of 2 workspaces can be listed"), "\(text)")
        }
        try await Scene.run(Self.cloud([])) { scene in
            let (text, failing) = try await connect(Self.both(scene))
            #expect(failing == [] && text.contains("(workspace-0): the workspace has no endpoints."), "\(text)")
            #expect(!text.contains("visibility"), "\(text)")
        }
        try await Scene.run(Self.cloud([Self.endpoint(1)])) { scene in
            let (text, _) = try await connect(Self.both(scene, EndpointFilter(engineTypes: ["RayJob"])))
            #expect(text.contains("the filter matches no endpoints (1 endpoint without it)."), "\(text)")
        }
    }
}
