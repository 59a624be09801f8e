// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite("Lists")
struct SimulatedCloudListTests {
    private static let path = "/v1/workspaces/w1/endpoints"

    /// Returns a cloud with one workspace of 25 endpoints, e00 to e24.
    private static func cloud() -> SimulatedCloud {
        let endpoints = (0..<25).map { index in
            let name = index < 10 ? "e0\(index)" : "e\(index)"
            return SimulatedEndpoint(id: .string(name), name: .string(name))
        }
        return SimulatedCloud(workspaces: [SimulatedWorkspace(id: "w1", name: "one", endpoints: endpoints)])
    }

    @Test("A page has the documented format and a request id")
    func shape() async {
        let cloud = SimulatedCloud(
            workspaces: [SimulatedWorkspace(id: "w1", name: "one", endpoints: [SimulatedEndpointTests.documented])]
        )
        let response = await ask(cloud, Self.path)
        #expect(response.status == 200)
        #expect(response.body == #"{"total":1,"endpoints":["# + SimulatedEndpointTests.documentedJSON + "]}")
        #expect(response.headers.contains { $0 == ("X-request-id", "00000000000000000000000000000001") })
    }

    @Test(
        "Offset and limit select the page; total counts all rows",
        arguments: [
            ("", 0..<10), ("?limit=100", 0..<25), ("?offset=20", 20..<25), ("?offset=5&limit=1", 5..<6),
            ("?offset=25", 25..<25), ("?offset=1000000000&limit=100", 25..<25),
        ]
    )
    func paging(query: String, rows: Range<Int>) async {
        let response = await ask(Self.cloud(), Self.path + query)
        #expect(response.body.hasPrefix(#"{"total":25,"endpoints":["#))
        #expect(ids(response.body) == rows.map { $0 < 10 ? "e0\($0)" : "e\($0)" })
    }

    @Test(
        "An invalid limit, offset or visibility is a bad request",
        arguments: [
            "limit=0", "limit=101", "limit=x", "limit=", "offset=-1", "offset=1000000001", "visibility=private",
        ]
    )
    func badQueries(query: String) async {
        let response = await ask(Self.cloud(), Self.path + "?" + query)
        #expect(response.status == 400)
        #expect(response.body.hasPrefix(#"{"error_code":"common.01000001","error_msg":""#))
    }

    @Test("The error for a limit that is not a number is the documented one")
    func typeMismatch() async {
        #expect(
            await ask(Self.cloud(), Self.path + "?limit=x").body
                == #"{"error_code":"common.01000001","error_msg":"failed to read http request, please check your input, "#
                + #"code: 400, reason: Type mismatch., cause: TypeMismatchException"}"#
        )
    }

    @Test(
        "Filters select rows, and total counts only those",
        arguments: [
            ("", ["own", "own-public"]), ("visibility=PRIVATE", ["own"]),
            ("visibility=PUBLIC", ["own-public", "others-public"]),
            ("visibility=ALL", ["own", "own-public", "others", "others-public"]), ("name=pub", ["own-public"]),
            ("name=nothing", []), ("type=sql", ["own"]), ("endpoint_id=own-public", ["own-public"]),
            ("model_id=m1", ["own"]), ("visibility=ALL&name=others&type=ray", ["others"]),
        ]
    )
    func filters(query: String, expected: [String]) async {
        var own = SimulatedEndpoint(id: "own", name: "own", type: "sql")
        own.modelIDs = ["m1"]
        let ownPublic = SimulatedEndpoint(visibility: "PUBLIC", id: "own-public", name: "own-public", type: "ray")
        var others = SimulatedEndpoint(visibility: "PRIVATE", id: "others", name: "others", type: "ray")
        others.isOthers = true
        var othersPublic = SimulatedEndpoint(visibility: "PUBLIC", id: "others-public", name: "others-public")
        othersPublic.isOthers = true
        let workspace = SimulatedWorkspace(
            id: "w1",
            name: "one",
            endpoints: [own, ownPublic, others, othersPublic]
        )
        let response = await ask(SimulatedCloud(workspaces: [workspace]), Self.path + "?" + query)
        #expect(ids(response.body) == expected)
        #expect(response.body.hasPrefix(#"{"total":\#(expected.count),"#))
    }

    @Test("Workspaces are filtered by project, name and id")
    func workspaces() async {
        var second = SimulatedWorkspace(id: "w2", name: "two-two", enterpriseProjectID: "p2")
        second.description = .null
        second.createTime = "2024-01-01T00:00:00.000Z"
        let cloud = SimulatedCloud(workspaces: [SimulatedWorkspace(id: "w1", name: "one"), second])
        #expect(
            await ask(cloud, "/v1/workspaces?enterprise_project_id=all_granted_eps&limit=100").body
                == #"{"total":2,"workspaces":[{"id":"w1","name":"one","enterprise_project_id":"0"},"#
                + #"{"id":"w2","name":"two-two","description":null,"create_time":"2024-01-01T00:00:00.000Z","#
                + #""enterprise_project_id":"p2"}]}"#
        )
        let base = "/v1/workspaces?enterprise_project_id="
        #expect(ids(await ask(cloud, base + "p2").body) == ["w2"])
        #expect(ids(await ask(cloud, base + "all_granted_eps&name=wo-t").body) == ["w2"])
        #expect(ids(await ask(cloud, base + "all_granted_eps&id=w1").body) == ["w1"])
        #expect(ids(await ask(cloud, base + "all_granted_eps&offset=1&limit=1").body) == ["w2"])
        let missing = await ask(cloud, "/v1/workspaces")
        #expect(missing.status == 400)
        #expect(missing.body == #"{"error_code":"common.01000001","error_msg":"enterprise_project_id is required"}"#)
    }

    @Test("Errors have the documented bodies")
    func errors() async {
        let cloud = Self.cloud()
        cloud.setWorkspace(SimulatedWorkspace(id: "w2", name: "two", isForbidden: true))
        let badToken = #"{"error_code":"APIG.1002","error_msg":"Incorrect token or token resolution failed"}"#
        for token in ["wrong", "", nil] {
            let response = await ask(cloud, Self.path, token: token)
            #expect(response.status == 401)
            #expect(response.body == badToken)
        }
        let forbidden = await ask(cloud, "/v1/workspaces/w2/endpoints")
        #expect(forbidden.status == 403)
        #expect(
            forbidden.body
                == #"{"error":{"code":"403","message":"X-Auth-Token is invalid in the request","title":"Forbidden"},"#
                + #""error_code":403,"error_msg":"X-Auth-Token is invalid in the request","title":"Forbidden"}"#
        )
        let missing = await ask(cloud, "/v1/workspaces/w3/endpoints")
        #expect(missing.status == 400)
        #expect(missing.body.hasPrefix(#"{"error_code":"dataartsfabric.00010003","#))
        for (method, path) in [("GET", "/v1/elsewhere"), ("GET", Self.path + "/x"), ("POST", Self.path), ("GET", "/")] {
            let response = await ask(cloud, path, method: method)
            #expect(response.status == 404)
            #expect(response.body.contains(#""error_code":"APIG.0101","request_id":""#))
        }
    }

    @Test("Changes are visible in the next response, and requests are counted")
    func changes() async {
        let cloud = Self.cloud()
        cloud.tokens = ["new"]
        #expect(await ask(cloud, Self.path).status == 401)
        cloud.removeEndpoint("e00", from: "w1")
        cloud.updateWorkspace("w1") { $0.endpoints.append(SimulatedEndpoint(id: "late")) }
        #expect(cloud.updateEndpoint("e01", in: "w1") { $0.id = "changed" })
        #expect(!cloud.updateEndpoint("e00", in: "w1") { _ in })
        #expect(ids(await ask(cloud, Self.path + "?limit=1", token: "new").body) == ["changed"])
        #expect(ids(await ask(cloud, Self.path + "?offset=24", token: "new").body) == ["late"])
        cloud.removeWorkspace("w1")
        #expect(await ask(cloud, Self.path, token: "new").status == 400)
        _ = await ask(cloud, "/v1/workspaces/w2/endpoints")
        await cloud.waitForRequests(5, .listEndpoints)
        #expect(cloud.requestCount(.listEndpoints) == 5)
        #expect(cloud.requestCount(.listEndpoints, workspaceID: "w1") == 4)
        #expect(cloud.requestCount(.listWorkspaces) == 0)
        cloud.resetRequestCounts()
        #expect(cloud.requestCount(.listEndpoints) == 0)
    }
}
