// SPDX-License-Identifier: Apache-2.0
import Config
import Exposition
import Fabric
import Polling
import Simulator
import Testing

@testable import Exporter

@Suite("Sharding", .serialized, .timeLimit(.minutes(5)))
struct ExporterShardTests {
    /// Returns an exporter for each of `shards`, polled once.
    private func exporters(_ shards: [String], _ configuration: ExporterConfiguration) async throws -> [Exporter] {
        var exporters: [Exporter] = []
        for shard in shards {
            let choice = try Shard(flag: shard, environment: [:], hostName: "host")
            let exporter = try await Exporter(
                configuration, shard: choice, environment: [:], logger: Scene.quiet)
            await exporter.pollOnce()
            exporters.append(exporter)
        }
        return exporters
    }

    private func ids(_ exporter: Exporter) -> [String] {
        exporter.statusReport().workspaces.map(\.workspace.key.workspaceID)
    }

    @Test(
        "Each of 120 workspaces, discovered or configured, is polled by exactly one shard",
        arguments: [3, 4])
    func assignment(total: Int) async throws {
        let cloud = Scene.cloud(seed: 3, workspaces: 120, endpointsEach: 1)
        try await Scene.run(cloud) { scene in
            for discovers in [false, true] {
                var configuration = scene.configuration
                if discovers {
                    configuration.sources[0].workspaces.removeLast(100)
                    configuration.sources[0].discovery = DiscoverySettings()
                }
                cloud.resetRequestCounts()
                let exporters = try await exporters((0..<total).map { "\($0)/\(total)" }, configuration)
                let assigned = exporters.map(ids)
                #expect(assigned.flatMap { $0 }.sorted() == cloud.workspaces.map(\.id).sorted())
                #expect(assigned.allSatisfy { (15...60).contains($0.count) }, "\(assigned.map(\.count))")
                #expect(cloud.requestCount(.listEndpoints) == 120)
                for exporter in exporters { await exporter.shutDown() }
            }
        }
    }

    @Test("Two replicas of a shard serve the same series, and the shard is exported")
    func replicas() async throws {
        let cloud = Scene.cloud(seed: 3, workspaces: 30, endpointsEach: 10)
        try await Scene.run(cloud) { scene in
            let pair = try await exporters(["1/3", "1/3"], scene.configuration)
            let pages = pair.map { ScenePage(Array($0.textfilePage().joined())) }
            let names = Set(scene.configuration.sources[0].workspaces.compactMap(\.name))
            let domain = pages.map { page in names.sorted().flatMap { page.domainLines(of: $0) } }
            #expect(domain[0] == domain[1] && !domain[0].isEmpty)
            #expect(pair[0].statusReport().shard == Shard(ordinal: 1, total: 3))
            let served = ScenePage(MetricRegistry.exporter.render(.text, fragments: pair[0].fragments()))
            #expect(served.value("dataarts_fabric_exporter_shard") == "1")
            #expect(served.value("dataarts_fabric_exporter_shards") == "3")
            for exporter in pair { await exporter.shutDown() }
        }
    }

    @Test("An empty shard is not a warning; a discovery without workspaces is one on every shard")
    func emptyShard() async throws {
        let cloud = Scene.cloud(seed: 3, workspaces: 1, endpointsEach: 1)
        try await Scene.run(cloud) { scene in
            var configuration = scene.configuration
            configuration.sources[0].workspaces = []
            configuration.sources[0].discovery = DiscoverySettings()
            for isEmpty in [false, true] {
                if isEmpty { cloud.removeWorkspace(cloud.workspaces[0].id) }
                let exporters = try await exporters(["0/3", "1/3", "2/3"], configuration)
                for exporter in exporters {
                    let report = exporter.statusReport()
                    #expect(report.sources.map { report.warning(of: $0) != nil } == [isEmpty])
                    await exporter.shutDown()
                }
            }
        }
    }

    @Test("A reload keeps the shard assignment")
    func reload() async throws {
        let cloud = Scene.cloud(seed: 3, workspaces: 40, endpointsEach: 1)
        try await Scene.run(cloud) { scene in
            var fewer = scene.configuration
            fewer.sources[0].workspaces.removeLast(20)
            let exporter = try await exporters(["0/2"], fewer)[0]
            let before = Set(ids(exporter))
            try await exporter.apply(scene.configuration)
            let after = Set(ids(exporter))
            #expect(before.isSubset(of: after) && after.count > before.count && after.count < 40)
            await exporter.shutDown()
        }
    }

    @Test(
        "auto takes the shard index from POD_NAME or else the host name",
        arguments: [
            ("auto/3", ["POD_NAME": "fabric-exporter-2"], "other-0", 2), ("auto/3", [:], "fabric-exporter-1", 1),
            ("auto/3", [:], "fabric-exporter-1.fabric.svc", 1), ("auto/12", ["POD_NAME": ""], "a-11", 11),
            ("2/3", ["POD_NAME": "nothing"], "nothing", 2), ("0/1", [:], "", 0),
        ] as [(String, [String: String], String, Int)])
    func ordinal(flag: String, environment: [String: String], host: String, ordinal: Int) throws {
        #expect(try Shard(flag: flag, environment: environment, hostName: host).ordinal == ordinal)
    }

    @Test(
        "An invalid shard is an error with the reason",
        arguments: [
            ("3/3", "a-0", "shard index 3 out of range 0..2"),
            ("0/0", "a-0", "the number of shards must be from 1 to 1000"),
            ("0/1001", "a-0", "the number of shards must be from 1 to 1000"),
            ("-1/3", "a-0", "must be K/N, such as 0/3, or auto/N"),
            ("0/-3", "a-0", "must be K/N, such as 0/3, or auto/N"),
            ("", "a-0", "must be K/N, such as 0/3, or auto/N"), ("1", "a-0", "must be K/N, such as 0/3, or auto/N"),
            ("1/2/3", "a-0", "must be K/N, such as 0/3, or auto/N"), ("+1/3", "a-0", "must be K/N"),
            (" 1/3", "a-0", "must be K/N"), ("auto", "a-0", "must be K/N"), ("AUTO/3", "a-0", "must be K/N"),
            ("auto/3", "host", "the host name host does not end in a hyphen and a number"),
            ("auto/3", "host7", "the host name host7 does not end in a hyphen and a number"),
            ("auto/3", "host-", "the host name host- does not end in a hyphen and a number"),
            ("auto/3", "", "no pod name; set POD_NAME or a host name"),
            ("auto/3", "a-3", "shard index 3 out of range 0..2 (the host name is a-3)"),
            ("99999999999999999999/3", "a-0", "out of range 0..2"),
        ])
    func invalid(flag: String, host: String, reason: String) {
        let error = #expect(throws: ExporterError.self) { try Shard(flag: flag, environment: [:], hostName: host) }
        #expect(error?.description.hasPrefix("--shard \(flag): ") == true)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test("An invalid POD_NAME is an error, even if the host name is valid")
    func badPodName() {
        let error = #expect(throws: ExporterError.self) {
            try Shard(flag: "auto/3", environment: ["POD_NAME": "exporter-7f9c"], hostName: "exporter-1")
        }
        #expect(error?.description.contains("POD_NAME exporter-7f9c does not end in a hyphen and a number") == true)
    }
}
