// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite("Seeded data")
struct SeededDataTests {
    private static func text(_ endpoints: [SimulatedEndpoint]) -> String {
        JSONValue.array(endpoints.map(\.json)).text
    }

    @Test("Equal seeds give equal data")
    func determinism() {
        let first = Self.text(SeededData(seed: 7).endpoints(50))
        #expect(first == Self.text(SeededData(seed: 7).endpoints(50)))
        #expect(first != Self.text(SeededData(seed: 8).endpoints(50)))
        #expect(first != Self.text(SeededData(seed: 7).endpoints(50, workspace: 1)))
    }

    @Test("The first endpoint of seed 1 is the same on every machine")
    func golden() {
        #expect(
            SeededData(seed: 1).endpoint(0).json.text
                == #"{"visibility":"PRIVATE","id":"a2500b7dec3d41aa04d16b0b30f4f522","name":"service-0","type":"service","#
                + #""status":"RUNNING","description":"Endpoint 0","create_time":"2025-04-18T22:26:49.800Z","#
                + #""update_time":"2025-04-18T22:45:05.261","owner":{"domain_name":"simulated-account","#
                + #""domain_id":"0b5633ba2b904511ad514346f4d00001","user_name":"maria","#
                + #""user_id":"1430709b9811c118c6536d25bd750174"}}"#
        )
    }

    @Test("117 endpoints have every pair of type and status, every unusual form, and unique ids")
    func coverage() {
        let endpoints = SeededData(seed: 3).endpoints(117)
        let pairs = Set(endpoints.map { "\($0.type?.string ?? "")/\($0.status?.string ?? "")" })
        #expect(pairs.count == SeededData.types.count * SeededData.statuses.count)
        #expect(Set(endpoints.compactMap(\.id?.string)).count == 117)
        #expect(endpoints.contains { $0.reservedResource == .null })
        let text = Self.text(endpoints)
        for part in [
            #"\"hello\""#, #"back\\slash\\"#, #"two\nlines"#, "数据平台", #""mu":null"#, #""use_public_resource":true"#,
            #""head_group_spec""#, "+08:00\"", "+00:00\"", #""error_code":null"#, #""error_code":"""#,
            #""error_code":"dataartsfabric."#, #""caches""#, #""cap":{"cap_id":"#, #","version_id":""#, #""PUBLIC""#,
            #""description":null"#, #""spec_code":"dpu.d1x""#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("Times have one of the known formats")
    func times() throws {
        // 1 750 000 000 is 2025-06-15T15:06:40Z; endpoints are created at most 100 days before.
        for endpoint in SeededData(seed: 5).endpoints(70) {
            let created = try #require(endpoint.createTime?.string)
            #expect(created.wholeMatch(of: #/2025-0[3-6]-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3})?(Z|\+08:00|\+00:00)?/#) != nil)
        }
    }

    @Test("Workspaces have ids of 36 characters and different endpoints")
    func workspaces() {
        let workspaces = SeededData(seed: 1).workspaces(5, endpointsEach: 3)
        #expect(workspaces.map(\.id.count) == [36, 36, 36, 36, 36])
        #expect(Set(workspaces.flatMap { $0.endpoints.compactMap(\.id?.string) }).count == 15)
    }
}
