// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite struct SimulatedCloudEndpointsV2Tests {
    /// Returns a cloud with a workspace of 12 endpoints of API v2, v00 to v11, in two pools.
    private static func cloud() -> SimulatedCloud {
        var workspace = SimulatedWorkspace(id: "w1", name: "one")
        workspace.endpointsV2 = (0..<12).map { index in
            SimulatedEndpointV2(
                id: .string(index < 10 ? "v0\(index)" : "v\(index)"), name: .string("n\(index)"),
                type: .string(["RayJob", "AuraJob", "SparkSql"][index % 3]), status: "RUNNING",
                computeID: .string("pool-\(index % 2)"))
        }
        return SimulatedCloud(workspaces: [workspace])
    }

    @Test func `A page has the documented format`() async {
        let response = await ask(Self.cloud(), "/v2/workspaces/w1/endpoints?limit=1&offset=3")
        #expect(
            response.body == #"{"total":12,"endpoints":[{"id":"v03","name":"n3","status":"RUNNING","#
                + #""engine":{"type":"RayJob"},"compute_id":"pool-1"}]}"#)
        #expect(await ask(Self.cloud(), "/v1/workspaces/w1/endpoints").body == #"{"total":0,"endpoints":[]}"#)
    }

    @Test(arguments: [
        ("", 0..<10), ("&limit=100", 0..<12), ("&name=n1", 1..<2), ("&name=n", 0..<0),
        ("&limit=100&compute_id=pool-2", 0..<0), ("&engine_types=X", 0..<0),
        ("&limit=100&engine_types=RayJob&engine_types=AuraJob&engine_types=SparkSql", 0..<12),
    ])
    func `Offset, limit and filters select the page`(query: String, rows: Range<Int>) async {
        let response = await ask(Self.cloud(), "/v2/workspaces/w1/endpoints?offset=0" + query)
        #expect(ids(response.body) == rows.map { $0 < 10 ? "v0\($0)" : "v\($0)" })
    }

    @Test func `Filters are combined`() async {
        let query = "engine_types=RayJob&engine_types=AuraJob&compute_id=pool-0"
        let response = await ask(Self.cloud(), "/v2/workspaces/w1/endpoints?" + query)
        #expect(ids(response.body) == ["v00", "v04", "v06", "v10"])
    }

    @Test func `The list of workspaces needs no enterprise project`() async {
        #expect(await ask(Self.cloud(), "/v2/workspaces").body.contains(#""id":"w1""#))
        #expect(await ask(Self.cloud(), "/v2/workspaces?enterprise_project_id=other").body.contains(#""total":0"#))
        #expect(await ask(Self.cloud(), "/v1/workspaces").status == 400)
    }

    @Test(arguments: [
        "/v2/workspaces/w1", "/v2/workspaces/w1/", "/v2/workspaces/w1/jobs/runs", "/v3/workspaces",
        "/v2/workspaces/w1/computes/p1", "/v2/workspaces/",
    ])
    func `Other paths do not exist`(path: String) async {
        #expect(await ask(Self.cloud(), path).status == 404)
    }

    @Test func `Faults of the list apply, and unknown workspaces and missing permissions are refused`() async {
        let cloud = Self.cloud()
        #expect(await ask(cloud, "/v2/workspaces/other/endpoints").status == 400)
        cloud.inject(.totalLies(99), for: .workspace("w1"))
        #expect(await ask(cloud, "/v2/workspaces/w1/endpoints").body.hasPrefix(#"{"total":99,"#))
        cloud.updateWorkspace("w1") { $0.isForbidden = true }
        #expect(await ask(cloud, "/v2/workspaces/w1/endpoints").status == 403)
    }

    @Test func `An endless list always has another full page of new ids`() async {
        let cloud = Self.cloud()
        cloud.inject(.endlessList)
        var seen: Set<String> = []
        for page in 0..<3 {
            let body = await ask(cloud, "/v2/workspaces/w1/endpoints?offset=\(page * 100)&limit=100").body
            #expect(body.hasPrefix(#"{"total":\#(page * 100 + 200),"#))
            seen.formUnion(ids(body))
        }
        #expect(seen.count == 300)
        #expect(await ask(cloud, "/v2/workspaces/w1/endpoints?limit=1&name=none").body.contains(#""total":2"#))
    }

    @Test func `A shift between pages skips a row of this version and keeps the total`() async {
        let cloud = Self.cloud()
        cloud.setEndpoints([SimulatedEndpoint(id: "a"), SimulatedEndpoint(id: "b")], of: "w1")
        cloud.inject(.shiftBetweenPages, times: 1)
        #expect(ids(await ask(cloud, "/v2/workspaces/w1/endpoints?limit=2").body) == ["v00", "v01"])
        let second = await ask(cloud, "/v2/workspaces/w1/endpoints?limit=2&offset=2").body
        #expect(second.hasPrefix(#"{"total":12,"#))
        #expect(ids(second) == ["v03", "v04"])
        let last = await ask(cloud, "/v2/workspaces/w1/endpoints?limit=100").body
        #expect(ids(last).first == "v01" && ids(last).last == "arrival-between-pages-1000000001")
        #expect(ids(await ask(cloud, "/v1/workspaces/w1/endpoints").body) == ["a", "b"])
    }
}
