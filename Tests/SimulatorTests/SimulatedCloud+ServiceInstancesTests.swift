// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite struct SimulatedCloudServiceInstancesTests {
    private static let path = "/v1/workspaces/w1/services/instances"

    /// Returns a cloud with one workspace of 25 service instances, s00 to s24.
    private static func cloud() -> SimulatedCloud {
        var workspace = SimulatedWorkspace(id: "w1", name: "one")
        workspace.serviceInstances = (0..<25).map { index in
            SimulatedServiceInstance(id: .string(index < 10 ? "s0\(index)" : "s\(index)"), status: "RUNNING")
        }
        return SimulatedCloud(workspaces: [workspace])
    }

    @Test func `A page has the documented format`() async {
        let response = await ask(Self.cloud(), Self.path + "?limit=1&offset=3")
        #expect(response.status == 200)
        #expect(
            response.body == #"{"total":25,"service_instances":[{"visibility":"PRIVATE","id":"s03","#
                + #""status":"RUNNING","type":"LLM_MODEL"}]}"#)
    }

    @Test(arguments: [("", 0..<10), ("?limit=100", 0..<25), ("?offset=20", 20..<25), ("?offset=25", 25..<25)])
    func `Offset and limit select the page`(query: String, rows: Range<Int>) async {
        let response = await ask(Self.cloud(), Self.path + query)
        #expect(ids(response.body) == rows.map { $0 < 10 ? "s0\($0)" : "s\($0)" })
    }

    @Test func `The permission is that of the list, not of endpoints`() async {
        let cloud = Self.cloud()
        cloud.updateWorkspace("w1") { $0.forbidsServiceInstances = true }
        #expect(await ask(cloud, Self.path).status == 403)
        #expect(await ask(cloud, "/v1/workspaces/w1/endpoints").status == 200)
    }

    @Test func `Faults of the list concern only the list`() async {
        let cloud = Self.cloud()
        cloud.inject(.status(500, body: []), for: .operation(.listServiceInstances))
        #expect(await ask(cloud, Self.path).status == 500)
        #expect(await ask(cloud, "/v1/workspaces/w1/endpoints").status == 200)
        #expect(cloud.requestCount(.listServiceInstances) == 1)
    }

    @Test func `Seeded instances have every status and absent fields`() {
        let instances = SeededData(seed: 1).serviceInstances(120)
        #expect(Set(instances.compactMap { $0.status?.string }).count == 12)
        #expect(instances.contains { $0.type == nil } && instances.contains { $0.endpointID == .null })
        #expect(Set(instances.compactMap { $0.id?.string }).count == 120)
    }
}
