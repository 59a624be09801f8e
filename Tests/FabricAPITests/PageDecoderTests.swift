// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport
import Testing

@testable import FabricAPI

@Suite("Pages as documented")
struct PageDecoderTests {
    @Test("The sample of the API page decodes to the whole row")
    func sample() throws {
        #expect(
            try DecodedPage(SamplePage.json)
                == DecodedPage(total: 1, records: [.row(SamplePage.row, malformed: 0)]))
    }

    @Test(
        "Total and endpoints may be absent or null, but not both absent",
        arguments: [
            (#"{"total":0,"endpoints":[]}"#, 0), (#"{"endpoints":[]}"#, nil), (#"{"total":null,"endpoints":[]}"#, nil),
            (#"{"total":0}"#, 0), (#"{"total":7,"endpoints":null}"#, 7), (#"{"endpoints":null}"#, nil),
            (#"{"total":0,"endpoints":[],"page_info":{"next":null},"x":[[[1e3]]]}"#, 0),
        ] as [(String, Int64?)]
    )
    func emptyPages(_ json: String, _ total: Int64?) throws {
        #expect(try DecodedPage(json) == DecodedPage(total: total, records: []))
    }

    @Test(
        "A total of a wrong type counts as absent and is counted",
        arguments: [#""1""#, "true", "[]", "{}", "1.5"])
    func malformedTotal(_ value: String) throws {
        #expect(
            try DecodedPage("{\"total\":\(value),\"endpoints\":[]}")
                == DecodedPage(total: nil, records: [], malformed: 1))
    }

    @Test("A row of an id alone has the documented defaults")
    func defaults() throws {
        #expect(
            try DecodedPage(#"{"total":1,"endpoints":[{"id":"e"}]}"#)
                == DecodedPage(total: 1, records: [.row(EndpointRow(id: EndpointID("e")), malformed: 0)]))
    }

    @Test(
        "Null and empty mean absent, for every field but the id",
        arguments: [
            "name", "type", "status", "visibility", "create_time", "update_time", "error_code", "error_msg",
            "reserved_resource", "ray_resource", "description", "owner", "cap", "caches", "custom_image_id",
        ]
    )
    func null(_ field: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":null") == .row(.e(), malformed: 0))
    }

    @Test("Empty texts mean absent", arguments: ["name", "type", "status", "visibility", "error_code", "error_msg"])
    func empty(_ field: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":\"\"") == .row(.e(), malformed: 0))
    }

    @Test("Undocumented values pass through unchanged")
    func undocumented() throws {
        let record = try DecodedPage.row(#""type":"notebook","status":"ON_DEMAND_FROZEN","visibility":"SHARED""#)
        let row = EndpointRow.e {
            ($0.type, $0.status, $0.visibility) = ("notebook", EndpointStatus("ON_DEMAND_FROZEN"), "SHARED")
        }
        #expect(record == .row(row, malformed: 0))
    }

    @Test(
        "A field nobody has heard of is ignored, whatever it holds",
        arguments: [
            #""x""#, "1", "1.5", "-0", "true", "null", "[]", "{}", #"{"id":"other","status":"X"}"#, "[[[{}]]]",
            "123456789012345678901234567890", "1e400", "-1E+999", "1e-400",
        ]
    )
    func unknown(_ value: String) throws {
        #expect(try DecodedPage.row("\"unheard_of\":\(value),\"i\":1,\"\":2") == .row(.e(), malformed: 0))
        #expect(
            try DecodedPage.row("\"reserved_resource\":{\"xpu\":\(value)}") == .row(.e(), malformed: 0))
    }

    @Test("Of a key that comes twice the last counts")
    func duplicates() throws {
        #expect(
            try DecodedPage(#"{"total":1,"total":2,"endpoints":[{"id":"a"}],"endpoints":[{"id":"x","id":"e"}]}"#)
                == DecodedPage(total: 2, records: [.row(.e(), malformed: 0)]))
        #expect(
            try DecodedPage(#"{"total":1,"endpoints":[{"id":"a"}],"endpoints":null}"#)
                == DecodedPage(total: 1, records: []))
        let record = try DecodedPage.row(
            #"""
            "name":"a","name":null,"status":"RUNNING","status":"FROZEN",
            "reserved_resource":{"apu":{"spec_code":"a","warm_up_num":3,"max_num":9},"apu":{"warm_up_num":1}},
            "ray_resource":{"head_group_spec":{"spec_code":"a"},"worker_group_spec":[{}]},
            "ray_resource":{"worker_group_spec":[{},{}],"worker_group_spec":[{"min_replicas":1,"min_replicas":2}]}
            """#)
        let row = EndpointRow.e {
            $0.status = EndpointStatus("FROZEN")
            $0.apu = ReservedCapacity(specCode: nil, reserved: 1, maximum: 1)
            $0.ray = RayCluster(
                hasHead: false, headSpecCode: nil, workers: [.init(specCode: nil, minimum: 2, maximum: 2)])
        }
        #expect(record == .row(row, malformed: 0))
    }

    @Test(
        "An absent ceiling equals what is kept ready, an absent amount is none",
        arguments: [
            ("{}", ReservedCapacity(specCode: nil, reserved: 0, maximum: 0)),
            (#"{"spec_code":"","warm_up_num":4}"#, ReservedCapacity(specCode: nil, reserved: 4, maximum: 4)),
            (#"{"warm_up_num":4,"max_num":null}"#, ReservedCapacity(specCode: nil, reserved: 4, maximum: 4)),
            (#"{"max_num":4,"spec_code":"s"}"#, ReservedCapacity(specCode: "s", reserved: 0, maximum: 4)),
            (#"{"min":1,"max":2}"#, ReservedCapacity(specCode: nil, reserved: 0, maximum: 0)),
            (#"{"use_public_resource":true}"#, ReservedCapacity(specCode: nil, reserved: 0, maximum: 0)),
            ("null", nil),
        ] as [(String, ReservedCapacity?)]
    )
    func capacity(_ json: String, _ capacity: ReservedCapacity?) throws {
        #expect(
            try DecodedPage.row("\"reserved_resource\":{\"apu\":\(json)}")
                == .row(.e { $0.apu = capacity }, malformed: 0))
    }

    @Test("Public resources are read for DPU, other names for MU")
    func otherCapacities() throws {
        let record = try DecodedPage.row(
            #""reserved_resource":{"dpu":{"use_public_resource":true},"mu":{"min":1},"apu":null}"#)
        let row = EndpointRow.e {
            $0.dpu = ReservedCapacity(specCode: nil, reserved: 0, maximum: 0, usesPublicResource: true)
            $0.mu = ReservedCapacity(specCode: nil, reserved: 1, maximum: 1)
        }
        #expect(record == .row(row, malformed: 0))
    }

    @Test("Worker groups keep their order; an absent most equals the fewest")
    func workers() throws {
        let record = try DecodedPage.row(
            #""ray_resource":{"worker_group_spec":[{"min_replicas":2},{"max_replicas":3},null,{"spec_code":"s"}]}"#)
        let row = EndpointRow.e {
            $0.ray = RayCluster(
                hasHead: false, headSpecCode: nil,
                workers: [
                    .init(specCode: nil, minimum: 2, maximum: 2), .init(specCode: nil, minimum: 0, maximum: 3),
                    .init(specCode: "s", minimum: 0, maximum: 0),
                ])
        }
        #expect(record == .row(row, malformed: 0))
        #expect(
            try DecodedPage.row(#""ray_resource":{"head_group_spec":{}}"#)
                == .row(
                    .e { $0.ray = RayCluster(hasHead: true, headSpecCode: nil, workers: []) }, malformed: 0))
    }

    @Test("Only the first record of a page can be the one that the page before ended with")
    func shared() throws {
        let decoder = try #require(PageDecoder())
        for sharesFirst in [false, true] {
            var filter = RowFilter(plausibleTimes: EveryRecord().plausibleTimes)
            var body = Array(#"{"total":9,"endpoints":[{"id":5},{"id":"e"},{"id":""},{"id":"e"},7]}"#.utf8)
            let page = try decoder.rows(of: &body, filter: &filter, sharesFirst: sharesFirst)
            #expect(page.rows.map(\.id.text) == ["e"])
            #expect(page.shape.rowCount == 5)
            #expect(filter.skipped == (sharesFirst ? 2 : 3))
            #expect(filter.malformed == (sharesFirst ? 0 : 1))
        }
    }
}
