// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite struct SimulatedCloudQuotasTests {
    private static func cloud() -> SimulatedCloud {
        let cloud = SimulatedCloud()
        cloud.quotas = [
            "p1": [SimulatedQuota(type: "compute", quota: -1, used: 3), SimulatedQuota(type: .null, quota: "7")],
            "p2": [],
        ]
        return cloud
    }

    @Test func `The response has the documented format`() async {
        let response = await ask(Self.cloud(), "/v2/p1/quotas")
        #expect(response.status == 200)
        #expect(
            response.body
                == #"{"quotas":{"resources":[{"type":"compute","quota":-1,"used":3},{"type":null,"quota":"7"}]}}"#)
        #expect(await ask(Self.cloud(), "/v2/p2/quotas").body == #"{"quotas":{"resources":[]}}"#)
    }

    @Test func `Another project is forbidden, and a wrong token is rejected`() async {
        #expect(await ask(Self.cloud(), "/v2/p3/quotas").status == 403)
        #expect(await ask(Self.cloud(), "/v2/p1/quotas", token: "x").status == 401)
        #expect(await ask(Self.cloud(), "/v2/p1/quota").status == 404)
    }

    @Test func `Faults of quotas concern only quotas`() async {
        let cloud = Self.cloud()
        cloud.inject(.status(500, body: []), for: .operation(.listQuotas))
        #expect(await ask(cloud, "/v2/p1/quotas").status == 500)
        #expect(await ask(cloud, "/v1/workspaces?enterprise_project_id=0").status == 200)
        #expect(cloud.requestCount(.listQuotas) == 1)
    }
}
