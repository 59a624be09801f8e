// SPDX-License-Identifier: Apache-2.0
import Fabric
import Polling
import Testing

@Suite("Selection of targets")
struct TargetSelectionTests {
    private typealias Configured = WorkspaceSettings

    private static let sql = EndpointFilter(type: "sql")
    private static let all = EndpointFilter(visibility: "ALL")

    private static func target(
        _ id: String, _ name: String, project: String? = nil, found: Bool = false,
        filter: EndpointFilter = EndpointFilter()
    ) -> TargetSelection.Target {
        TargetSelection.Target(
            workspace: Workspace(
                key: WorkspaceKey(source: "prod", workspaceID: id), name: name, regionID: "cn-north-4",
                baseURL: "https://f", enterpriseProjectID: project, isDiscovered: found),
            filter: filter)
    }

    private static func targets(
        _ configured: [Configured], _ discovered: [DiscoveredWorkspace], includes: String = "", excludes: String? = nil
    ) -> [TargetSelection.Target] {
        TargetSelection(
            source: "prod", regionID: "cn-north-4", baseURL: "https://f", configured: configured, filter: all,
            includes: { $0.hasPrefix(includes) }, excludes: { name in excludes.map { name.hasSuffix($0) } ?? false }
        ).targets(discovered: discovered)
    }

    @Test("Without discovery, the configured workspaces are polled, ordered by id; the name defaults to the id")
    func configuredAlone() {
        let targets = Self.targets([Configured(id: "w2", name: "two", filter: Self.sql), Configured(id: "w1")], [])
        #expect(targets == [Self.target("w1", "w1"), Self.target("w2", "two", filter: Self.sql)])
        #expect(Self.targets([], []).isEmpty)
    }

    @Test("A discovered workspace has the discovered name, else its id, and the discovery's filter")
    func discoveredAlone() {
        let targets = Self.targets(
            [],
            [
                DiscoveredWorkspace(id: "w2", name: "two", enterpriseProjectID: "0"), DiscoveredWorkspace(id: "w1"),
            ])
        #expect(
            targets == [
                Self.target("w1", "w1", found: true, filter: Self.all),
                Self.target("w2", "two", project: "0", found: true, filter: Self.all),
            ])
    }

    @Test
    func `A configured workspace has its own labels, a discovered one those of the discovery`() {
        let selection = TargetSelection(
            source: "prod", regionID: nil, baseURL: "https://f",
            configured: [Configured(id: "w1", labels: ["team": "a"]), Configured(id: "w2")], filter: EndpointFilter(),
            labels: ["team": "b"])
        let targets = selection.targets(discovered: ["w1", "w2", "w3"].map { DiscoveredWorkspace(id: $0) })
        #expect(targets.map(\.workspace.infoLabels) == [["team": "a"], [:], ["team": "b"]])
    }

    @Test("A configured and discovered workspace has the configured name and filter and the discovered project")
    func both() {
        let targets = Self.targets(
            [Configured(id: "w1", name: "mine", filter: Self.sql), Configured(id: "w2", filter: Self.sql)],
            [
                DiscoveredWorkspace(id: "w1", name: "theirs", enterpriseProjectID: "p"),
                DiscoveredWorkspace(id: "w2", name: "theirs"),
            ])
        #expect(
            targets == [
                Self.target("w1", "mine", project: "p", filter: Self.sql),
                Self.target("w2", "theirs", filter: Self.sql),
            ])
    }

    @Test("Workspaces with the same name stay separate")
    func sameName() {
        let targets = Self.targets(
            [], [DiscoveredWorkspace(id: "w1", name: "n"), DiscoveredWorkspace(id: "w2", name: "n")])
        #expect(targets.map(\.workspace.key.workspaceID) == ["w1", "w2"])
        #expect(targets.map(\.workspace.name) == ["n", "n"])
    }

    @Test("Include and exclude match the discovered name, else the id, and never a configured workspace")
    func patterns() {
        let targets = Self.targets(
            [Configured(id: "test-1", name: "test-scratch"), Configured(id: "w5")],
            [
                DiscoveredWorkspace(id: "w1", name: "prod-a"), DiscoveredWorkspace(id: "w2", name: "prod-a-scratch"),
                DiscoveredWorkspace(id: "w3", name: "test-a"), DiscoveredWorkspace(id: "prod-4"),
                DiscoveredWorkspace(id: "prod-scratch"), DiscoveredWorkspace(id: "prod-6", name: "other"),
                DiscoveredWorkspace(id: "w5", name: "test-b", enterpriseProjectID: "p"),
            ],
            includes: "prod-", excludes: "-scratch")
        #expect(
            targets == [
                Self.target("prod-4", "prod-4", found: true, filter: Self.all),
                Self.target("test-1", "test-scratch"),
                Self.target("w1", "prod-a", found: true, filter: Self.all),
                Self.target("w5", "test-b", project: "p"),
            ])
    }

    @Test("Discovered workspaces count as selected if they match or are configured")
    func selectedCount() {
        func count(_ configured: [Configured], excludes: Bool = false) -> Int {
            TargetSelection(
                source: "prod", regionID: nil, baseURL: "https://f", configured: configured, filter: Self.all,
                includes: { $0.hasPrefix("prod") }, excludes: { _ in excludes }
            ).selectedCount(of: [
                DiscoveredWorkspace(id: "w1", name: "prod-a"), DiscoveredWorkspace(id: "prod-2"),
                DiscoveredWorkspace(id: "w3", name: "test"),
            ])
        }
        #expect(count([]) == 2)
        #expect(count([Configured(id: "w3"), Configured(id: "elsewhere")]) == 3)
        #expect(count([], excludes: true) == 0)
        #expect(count([Configured(id: "elsewhere")], excludes: true) == 0)
    }
}
