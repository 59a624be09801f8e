// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Decoding of pages")
struct PageDecoderTests {
    @Test("The sample of the API documentation is decoded completely")
    func sample() throws {
        #expect(
            try DecodedPage(SamplePage.json)
                == DecodedPage(total: 1, records: [SamplePage.line]))
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
        "A total of a wrong type is absent and counted",
        arguments: [#""1""#, "true", "[]", "{}", "1.5"])
    func malformedTotal(_ value: String) throws {
        #expect(
            try DecodedPage("{\"total\":\(value),\"endpoints\":[]}")
                == DecodedPage(total: nil, records: [], malformed: 1))
    }

    @Test("A row may have only an ID")
    func idAlone() throws {
        #expect(
            try DecodedPage(#"{"total":1,"endpoints":[{"id":"e"}]}"#)
                == DecodedPage(total: 1, records: ["id=e"]))
    }

    @Test(
        "Null means absent for every field but the ID",
        arguments: [
            "name", "type", "status", "visibility", "create_time", "update_time", "error_code", "error_msg",
            "reserved_resource", "ray_resource", "description", "owner", "cap", "caches", "custom_image_id",
        ]
    )
    func null(_ field: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":null") == "id=e")
    }

    @Test("Empty texts mean absent", arguments: ["name", "type", "status", "visibility", "error_code", "error_msg"])
    func empty(_ field: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":\"\"") == "id=e")
    }

    @Test("Owners and packages may have any of their texts; the last of duplicate objects counts")
    func owners() throws {
        for (json, record) in [
            (#""owner":{"domain_name":"d","domain_id":"i"},"cap":{}"#, "id=e"),
            (#""owner":{"user_name":"lin","user_id":null},"cap":{"cap_id":""}"#, "id=e ownerName=lin"),
            (#""owner":{"user_id":"u"},"cap":{"version_id":"v"}"#, "id=e ownerID=u capVersionID=v"),
            (#""owner":{"user_name":"a","user_id":"b"},"owner":{"user_name":"c"}"#, "id=e ownerName=c"),
            (#""cap":{"cap_id":"a"},"cap":null"#, "id=e"),
        ] { #expect(try DecodedPage.row(json) == record, "\(json)") }
    }

    @Test("Undocumented values pass through unchanged")
    func undocumented() throws {
        let record = try DecodedPage.row(#""type":"notebook","status":"ON_DEMAND_FROZEN","visibility":"SHARED""#)
        #expect(record == "id=e type=notebook status=ON_DEMAND_FROZEN visibility=SHARED")
    }

    @Test(
        "An unknown field with any value is ignored",
        arguments: [
            #""x""#, "1", "1.5", "-0", "true", "null", "[]", "{}", #"{"id":"other","status":"X"}"#, "[[[{}]]]",
            "123456789012345678901234567890", "1e400", "-1E+999", "1e-400",
        ]
    )
    func unknown(_ value: String) throws {
        #expect(try DecodedPage.row("\"unheard_of\":\(value),\"i\":1,\"\":2") == "id=e")
        #expect(
            try DecodedPage.row("\"reserved_resource\":{\"xpu\":\(value)}") == "id=e")
    }

    @Test("The last of duplicate keys counts")
    func duplicates() throws {
        #expect(
            try DecodedPage(#"{"total":1,"total":2,"endpoints":[{"id":"a"}],"endpoints":[{"id":"x","id":"e"}]}"#)
                == DecodedPage(total: 2, records: ["id=e"]))
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
        #expect(
            record == "id=e status=FROZEN apu={reserved=1 maximum=1} ray={workers=[{reserved=2 maximum=2}]}")
    }

    @Test(
        "An absent maximum is the reserved capacity, an absent amount is 0",
        arguments: [
            ("{}", "id=e apu={reserved=0 maximum=0}"),
            (#"{"spec_code":"","warm_up_num":4}"#, "id=e apu={reserved=4 maximum=4}"),
            (#"{"warm_up_num":4,"max_num":null}"#, "id=e apu={reserved=4 maximum=4}"),
            (#"{"max_num":4,"spec_code":"s"}"#, "id=e apu={specCode=s reserved=0 maximum=4}"),
            (#"{"min":1,"max":2}"#, "id=e apu={reserved=0 maximum=0}"),
            (#"{"use_public_resource":true}"#, "id=e apu={reserved=0 maximum=0}"),
            ("null", "id=e"),
        ]
    )
    func capacity(_ json: String, _ record: String) throws {
        #expect(try DecodedPage.row("\"reserved_resource\":{\"apu\":\(json)}") == record)
    }

    @Test("The public resource flag is read for DPU, and min and max for MU")
    func otherCapacities() throws {
        let record = try DecodedPage.row(
            #""reserved_resource":{"dpu":{"use_public_resource":true},"mu":{"min":1},"apu":null}"#)
        #expect(record == "id=e dpu={reserved=0 maximum=0 usesPublicResource=true} mu={reserved=1 maximum=1}")
    }

    @Test("Worker groups keep their order; an absent maximum is the minimum")
    func workers() throws {
        let record = try DecodedPage.row(
            #""ray_resource":{"worker_group_spec":[{"min_replicas":2},{"max_replicas":3},null,{"spec_code":"s"}]}"#)
        let groups = "{reserved=2 maximum=2}, {reserved=0 maximum=3}, {specCode=s reserved=0 maximum=0}"
        #expect(record == "id=e ray={workers=[\(groups)]}")
        #expect(
            try DecodedPage.row(#""ray_resource":{"head_group_spec":{}}"#)
                == "id=e ray={hasHead=true workers=[]}")
    }

    @Test("An ID longer than 256 bytes isn't usable")
    func longID() throws {
        let longest = String(repeating: "é", count: 128)
        let page = try DecodedPage(#"{"total":2,"endpoints":[{"id":"\#(longest)"},{"id":"\#(longest)x","type":5}]}"#)
        #expect(page.records == ["id=\(longest)", "skipped malformed=1"])
    }

    @Test("The rows of a page longer than the limit are counted but not folded")
    func tooManyRows() throws {
        let decoder = try #require(PageDecoder())
        let rows = (0..<100_000).map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
        var body = Array(#"{"endpoints":[\#(rows)]}"#.utf8)
        var every = EveryRecord()
        let page = try decoder.rows(of: &body, filter: &every, limit: 100)
        #expect(page.shape.rowCount == 100_000 && page.ids.isEmpty && every.records.isEmpty)
        #expect(try decoder.rows(of: &body, filter: &every, limit: 100_000).ids.count == 100_000)
    }

    @Test("Worker groups can be read repeatedly without being stored")
    func manyWorkers() throws {
        struct Sum: ListingFold {
            var (first, second, groups) = (Int64(0), Int64(0), 0)

            mutating func add(_ record: EndpointRecord) {
                guard let workers = record.ray?.workers else { return }
                for worker in workers {
                    first += worker.maximum
                    groups += 1
                }
                for worker in workers { second += worker.maximum }
            }
        }
        let decoder = try #require(PageDecoder())
        let groups = String(repeating: #"{"max_replicas":3},7,"#, count: 100_000) + "{}"
        var body = Array(#"{"endpoints":[{"id":"e","ray_resource":{"worker_group_spec":[\#(groups)]}}]}"#.utf8)
        var (every, sum) = (EveryRecord(), Sum())
        _ = try decoder.rows(of: &body, filter: &every, limit: 100, sharesFirst: false, into: &sum)
        #expect(sum.first == 300_000 && sum.second == 300_000 && sum.groups == 100_001)
        guard case .row(let malformed)? = every.records.first else { return #expect(Bool(false)) }
        #expect(malformed == 100_000)
    }

    @Test("Only the first record of a page can be shared with the previous page")
    func shared() throws {
        let decoder = try #require(PageDecoder())
        for sharesFirst in [false, true] {
            var filter = RowFilter(plausibleTimes: EveryRecord().plausibleTimes)
            var body = Array(#"{"total":9,"endpoints":[{"id":5},{"id":"e"},{"id":""},{"id":"e"},7]}"#.utf8)
            let page = try decoder.rows(of: &body, filter: &filter, sharesFirst: sharesFirst)
            #expect(page.ids == ["e"])
            #expect(page.shape.rowCount == 5)
            #expect(filter.skipped == (sharesFirst ? 2 : 3))
            #expect(filter.malformed == (sharesFirst ? 0 : 1))
        }
    }
}
