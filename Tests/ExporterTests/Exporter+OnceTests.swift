// SPDX-License-Identifier: Apache-2.0
import Config
import Exposition
import Simulator
import Testing

@testable import Exporter

@Suite("once", .serialized, .timeLimit(.minutes(5)))
struct ExporterOnceTests {
    private typealias Outcome = (page: [UInt8], failing: [String], warnings: [String])

    private func outcome(
        _ scene: Scene, _ change: (inout SourceSettings) -> Void
    ) async throws -> (outcome: Outcome, page: ScenePage) {
        var configuration = scene.configuration
        change(&configuration.sources[0])
        let outcome = try await Exporter.once(configuration, .text, logger: Scene.quiet)
        let page = Array(outcome.page.joined())
        return ((page, outcome.failing, outcome.warnings), ScenePage(page))
    }

    @Test("A discovery without workspaces is a warning, and successful polls are exported")
    func nothingFound() async throws {
        let cloud = Scene.cloud(seed: 4, workspaces: 2, endpointsEach: 3)
        try await Scene.run(cloud) { scene in
            let (hidden, page) = try await outcome(scene) {
                $0.discovery = DiscoverySettings()
                $0.discovery?.name = "no-such-name"
            }
            #expect(hidden.failing == [])
            #expect(hidden.warnings.count == 1)
            #expect(hidden.warnings.first?.hasPrefix("discovery of simulated found 0 workspaces") == true)
            #expect(page.isUp("workspace-0") && page.isUp("workspace-1"))
            #expect(page.value("dataarts_fabric_discovery_workspaces") == "0")
        }
    }

    @Test("Patterns that exclude all workspaces are a warning with the number found")
    func nothingSelected() async throws {
        let cloud = Scene.cloud(seed: 4, workspaces: 2, endpointsEach: 3)
        try await Scene.run(cloud) { scene in
            let (excluded, _) = try await outcome(scene) {
                $0.workspaces = []
                $0.discovery = DiscoverySettings()
                $0.discovery?.include = NamePattern("typo")
            }
            #expect(excluded.failing == [])
            #expect(
                excluded.warnings.first?.hasPrefix(
                    "discovery of simulated found 2 workspaces, 0 match include and exclude") == true)
            let (good, _) = try await outcome(scene) {
                $0.workspaces = []
                $0.discovery = DiscoverySettings()
            }
            #expect(good.failing == [] && good.warnings == [])
        }
    }

    @Test("A failed discovery is a failure without a warning")
    func failure() async throws {
        let cloud = Scene.cloud(seed: 4, workspaces: 1, endpointsEach: 3)
        cloud.inject(.status(500, body: []), for: .operation(.listWorkspaces))
        try await Scene.run(cloud) { scene in
            let (failed, _) = try await outcome(scene) {
                $0.workspaces = []
                $0.discovery = DiscoverySettings()
            }
            #expect(failed.failing == ["discovery of simulated"] && failed.warnings == [])
        }
    }
}
