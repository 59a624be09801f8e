// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite struct SimulatedCloudPoolsTests {
    private static let path = "/v2/workspaces/w1/computes"
    private static let limitPath = "/v2/workspaces/w1/endpoint-limit"

    /// Returns a cloud with a workspace of 12 pools, p00 to p11. The first two have utilization.
    private static func cloud() -> SimulatedCloud {
        var workspace = SimulatedWorkspace(id: "w1", name: "one")
        workspace.pools = (0..<12).map { index in
            SimulatedPool(
                id: .string(index < 10 ? "p0\(index)" : "p\(index)"), name: .string("pool-\(index)"),
                chargeMode: "postPaid", capacity: [SimulatedPool.capacity("CPU", 64, specCode: "c1")],
                status: "RUNNING")
        }
        workspace.pools[0].utilization = [
            "CPU": [.init(time: 60, value: .raw("1.5")), .init(time: 120, value: 2)],
            "MEM": [.init(time: 60, value: 70)],
        ]
        workspace.pools[1].utilization = ["CPU": [.init(time: 120, value: 9), .init(time: nil, value: 5, name: "old")]]
        workspace.pools[1].allocatable = [
            SimulatedPool.allocatable("CPU", 1_500, of: 64_000, specCode: "c1"),
            SimulatedPool.allocatable("NPU", 3, of: 8, specCode: "n1", memory: 65_536),
        ]
        return SimulatedCloud(workspaces: [workspace])
    }

    private static func metrics(
        _ ids: String, metric: String = "CPU", step: String = "60", start: String = "0", end: String = "900"
    ) -> String {
        "\(path)/metrics?step=\(step)&metric_name=\(metric)&start_time=\(start)&end_time=\(end)&compute_ids=\(ids)"
    }

    @Test func `A page of pools has the documented format`() async {
        let response = await ask(Self.cloud(), Self.path + "?limit=1&offset=3")
        #expect(
            response.body == #"{"total":12,"computes":[{"id":"p03","name":"pool-3","charge_mode":"postPaid","#
                + #""capacity":[{"type":"CPU","capacity":64,"spec_code":"c1"}],"status":"RUNNING"}]}"#)
    }

    @Test(arguments: [
        ("", 0..<12), ("&limit=5", 0..<5), ("&limit=1000&offset=7", 7..<12), ("&name=pool-7", 7..<8),
        ("&name=pool-1", 1..<2), ("&compute_id=p11", 11..<12), ("&compute_id=p", 0..<0),
    ])
    func `Offset, limit and filters select pools, whose names match in part`(query: String, rows: Range<Int>) async {
        let response = await ask(Self.cloud(), Self.path + "?offset=0" + query)
        let wanted = rows.map { $0 < 10 ? "p0\($0)" : "p\($0)" }
        #expect(ids(response.body) == (query == "&name=pool-1" ? wanted + ["p10", "p11"] : wanted))
    }

    @Test(arguments: ["limit=0", "limit=1001", "offset=-1", "limit=x"])
    func `An invalid page is rejected`(query: String) async {
        #expect(await ask(Self.cloud(), Self.path + "?" + query).status == 400)
    }

    @Test func `Utilization is that of the queried pools and metric, by time`() async {
        #expect(
            await ask(Self.cloud(), Self.metrics("p00,p01")).body
                == #"{"data":[{"collection_time":60,"values":[{"compute_name":"pool-0","compute_value":1.5}]},"#
                + #"{"collection_time":120,"values":[{"compute_name":"pool-0","compute_value":2},"#
                + #"{"compute_name":"pool-1","compute_value":9}]},"#
                + #"{"values":[{"compute_name":"old","compute_value":5}]}]}"#)
        #expect(
            await ask(Self.cloud(), Self.metrics("p00", metric: "MEM")).body
                == #"{"data":[{"collection_time":60,"values":[{"compute_name":"pool-0","compute_value":70}]}]}"#)
    }

    @Test(arguments: [
        metrics("p00", metric: "GPU"), metrics("p02"), metrics("other"), metrics("p0"),
        metrics("p00", start: "121", end: "900"), metrics("p00", start: "0", end: "59"),
        metrics("p00", start: "61", end: "119"),
    ])
    func `Without points of these pools in the window there are no values`(target: String) async {
        let response = await ask(Self.cloud(), target)
        #expect(response.status == 200)
        #expect(response.body == #"{"data":[]}"#)
    }

    @Test func `The window includes its start and end`() async {
        let body = await ask(Self.cloud(), Self.metrics("p00", start: "60", end: "120")).body
        #expect(body.contains(#""collection_time":60,"#) && body.contains(#""collection_time":120,"#))
    }

    @Test(arguments: [
        metrics("p00", step: "61"), metrics("p00", step: ""), metrics("p00", metric: "cpu"),
        metrics("p00", metric: "CPU,MEM"), metrics("p00", metric: ""), metrics(""),
        metrics("p00", start: ""), metrics("p00", start: "x"), metrics("p00", end: ""),
        metrics("p00", start: "901"), metrics("p00", end: "1750000000000"),
        metrics(String(repeating: "p", count: 1_111)), path + "/metrics", limitPath,
        limitPath + "?compute_id=p01", limitPath + "?engine_type=SparkJob", limitPath + "?engine_type=&compute_id=p01",
        limitPath + "?engine_type=Spark&compute_id=p01", limitPath + "?engine_type=SparkJob&compute_id=",
    ])
    func `A missing or invalid mandatory parameter is rejected`(target: String) async {
        #expect(await ask(Self.cloud(), target).status == 400)
    }

    @Test func `What is allocatable is an array of the pool's rows`() async {
        let cloud = Self.cloud()
        #expect(
            await ask(cloud, Self.limitPath + "?engine_type=SparkJob&compute_id=p01").body
                == #"[{"type":"CPU","spec_code":"c1","compute_allocatable":{"cpu":1500,"mem":6144,"accelerator":0},"#
                + #""compute_size":{"cpu":64000,"mem":262144,"accelerator":0},"worker_sizes":[]},"#
                + #"{"type":"NPU","spec_code":"n1","compute_allocatable":{"cpu":0,"mem":196608,"accelerator":3},"#
                + #""compute_size":{"cpu":0,"mem":524288,"accelerator":8},"worker_sizes":[]}]"#)
        for id in ["p02", "other"] {
            #expect(await ask(cloud, Self.limitPath + "?engine_type=AuraJob&compute_id=\(id)").body == "[]")
        }
    }

    @Test func `Each of the three operations has its own permission, faults and count`() async {
        let cloud = Self.cloud()
        let targets: [(SimulatedOperation, any WritableKeyPath<SimulatedWorkspace, Bool> & Sendable, String)] = [
            (.listPools, \.forbidsPools, Self.path), (.showPoolMetrics, \.forbidsPoolMetrics, Self.metrics("p00")),
            (
                .showEndpointLimit, \.forbidsEndpointLimit,
                Self.limitPath + "?engine_type=SparkJob&compute_id=p01"
            ),
        ]
        func statuses() async -> [Int] {
            var statuses: [Int] = []
            for (_, _, target) in targets { statuses.append(await ask(cloud, target).status) }
            return statuses
        }
        #expect(await statuses() == [200, 200, 200])
        for (index, (operation, forbids, _)) in targets.enumerated() {
            var wanted = [200, 200, 200]
            wanted[index] = 403
            cloud.updateWorkspace("w1") { $0[keyPath: forbids] = true }
            #expect(await statuses() == wanted)
            cloud.updateWorkspace("w1") { $0[keyPath: forbids] = false }
            wanted[index] = 503
            cloud.inject(.status(503, body: []), times: 1, for: .operation(operation))
            #expect(await statuses() == wanted)
            cloud.resetRequestCounts()
            #expect(await statuses() == [200, 200, 200])
            #expect(cloud.requestCount(operation, workspaceID: "w1") == 1)
        }
        cloud.updateWorkspace("w1") { $0.isForbidden = true }
        #expect(await statuses() == [403, 403, 403])
        #expect(await ask(cloud, "/v2/workspaces/other/computes").status == 400)
    }

    @Test func `An empty list has no pools, no values and nothing allocatable`() async {
        let cloud = Self.cloud()
        cloud.inject(.emptyList)
        #expect(await ask(cloud, Self.path).body == #"{"total":0,"computes":[]}"#)
        #expect(await ask(cloud, Self.metrics("p00")).body == #"{"data":[]}"#)
        #expect(await ask(cloud, Self.limitPath + "?engine_type=SparkJob&compute_id=p01").body == "[]")
    }

    @Test func `The list of pools can be endless, and shift between pages`() async {
        let cloud = Self.cloud()
        cloud.inject(.shiftBetweenPages, times: 1, for: .operation(.listPools))
        #expect(ids(await ask(cloud, Self.path + "?limit=2").body) == ["p00", "p01"])
        #expect(ids(await ask(cloud, Self.path + "?limit=2&offset=2").body) == ["p03", "p04"])
        #expect(ids(await ask(cloud, Self.path).body).last == "arrival-between-pages-1000000001")
        cloud.inject(.endlessList)
        let bodies = [await ask(cloud, Self.path).body, await ask(cloud, Self.path + "?offset=100").body]
        #expect(Set(bodies.flatMap(ids)).count == 200)
        #expect(bodies[1].hasPrefix(#"{"total":300,"computes":[{"id":"endless-row-of-this-list-"#))
    }

    @Test func `Version 1 has no pools`() async {
        #expect(await ask(Self.cloud(), "/v1/workspaces/w1/computes").status == 404)
        #expect(await ask(Self.cloud(), "/v1/workspaces/w1/endpoint-limit").status == 404)
    }
}
