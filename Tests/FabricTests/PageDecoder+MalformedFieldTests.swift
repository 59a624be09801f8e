// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@testable import Fabric

@Suite("Fields of a wrong type")
struct PageDecoderMalformedFieldTests {
    private static let notTexts = ["1", "1.5", "true", "false", "[]", "{}", #"["x"]"#, #"{"x":1}"#]
    private static let notObjects = ["1", "1.5", "true", #""x""#, "[]", "[{}]"]
    private static let notIntegers = [#""1""#, "true", "1.5", "[]", "{}"]

    @Test(
        "A text of a wrong type is absent and counted",
        arguments: [
            "name", "type", "status", "visibility", "create_time", "update_time", "error_code", "error_msg",
        ], notTexts)
    func texts(_ field: String, _ value: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":\(value)") == "id=e malformed=1")
    }

    @Test(
        "An object of a wrong type is absent and counted",
        arguments: ["reserved_resource", "ray_resource", "owner", "cap"], notObjects)
    func objects(_ field: String, _ value: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":\(value)") == "id=e malformed=1")
    }

    @Test("A resource of a wrong type is absent and counted", arguments: ["apu", "dpu", "mu"], notObjects)
    func resources(_ field: String, _ value: String) throws {
        #expect(try DecodedPage.row("\"reserved_resource\":{\"\(field)\":\(value)}") == "id=e malformed=1")
    }

    @Test("An amount of a wrong type is absent and counted", arguments: ["warm_up_num", "max_num"], notIntegers)
    func amounts(_ field: String, _ value: String) throws {
        #expect(
            try DecodedPage.row("\"reserved_resource\":{\"apu\":{\"spec_code\":\"s\",\"\(field)\":\(value)}}")
                == "id=e apu={specCode=s reserved=0 maximum=0} malformed=1")
    }

    @Test("A public resource flag of a wrong type is absent and counted", arguments: ["1", #""true""#, "[]", "{}"])
    func flags(_ value: String) throws {
        #expect(
            try DecodedPage.row("\"reserved_resource\":{\"dpu\":{\"use_public_resource\":\(value)}}")
                == "id=e dpu={reserved=0 maximum=0} malformed=1")
    }

    @Test("A specification code of a wrong type is absent and counted", arguments: notTexts)
    func specifications(_ value: String) throws {
        let record = try DecodedPage.row(
            """
            "reserved_resource":{"mu":{"spec_code":\(value)}},
            "ray_resource":{"head_group_spec":{"spec_code":\(value)},"worker_group_spec":[{"spec_code":\(value)}]}
            """)
        let ray = "ray={hasHead=true workers=[{reserved=0 maximum=0}]}"
        #expect(record == "id=e mu={reserved=0 maximum=0} \(ray) malformed=3")
    }

    @Test("Texts of a wrong type in owners and packages are absent and counted", arguments: notTexts)
    func owners(_ value: String) throws {
        let record = try DecodedPage.row(
            """
            "owner":{"domain_name":\(value),"user_name":\(value),"user_id":"u"},
            "cap":{"cap_id":"c","version_id":\(value),"x":\(value)}
            """)
        #expect(record == "id=e ownerID=u capID=c malformed=2")
    }

    @Test("Parts of a Ray cluster of a wrong type are absent and counted", arguments: ["1", "true", #""x""#])
    func rayParts(_ value: String) throws {
        let record = try DecodedPage.row(
            """
            "ray_resource":{"head_group_spec":\(value),"worker_group_spec":\(value)}
            """)
        #expect(record == "id=e ray={workers=[]} malformed=2")
        #expect(
            try DecodedPage.row("\"ray_resource\":{\"worker_group_spec\":[\(value)]}")
                == "id=e ray={workers=[]} malformed=1")
    }

    @Test("Replica counts of a wrong type are absent and counted", arguments: notIntegers)
    func replicas(_ value: String) throws {
        let record = try DecodedPage.row(
            "\"ray_resource\":{\"worker_group_spec\":[{\"min_replicas\":\(value),\"max_replicas\":\(value)}]}")
        #expect(record == "id=e ray={workers=[{reserved=0 maximum=0}]} malformed=2")
    }

    @Test("An unreadable time is absent and counted", arguments: ["create_time", "update_time"])
    func times(_ field: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":\"yesterday\"") == "id=e malformed=1")
        #expect(try DecodedPage.row("\"\(field)\":\"\"") == "id=e malformed=1")
    }

    /// The time of the poll is 2027-01-15T08:00:00Z.
    @Test(
        "A time before 2010 or more than a day in the future is absent and counted",
        arguments: ["create_time", "update_time"])
    func implausibleTimes(_ field: String) throws {
        for time in [
            "0001-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "2009-12-31T23:59:59.999999Z",
            "2010-01-01T00:00:00+00:01",
            "2027-01-16T08:00:00.000001Z", "2027-01-16 08:00:01", "9999-12-31T23:59:59.999Z",
        ] {
            #expect(try DecodedPage.row("\"\(field)\":\"\(time)\"") == "id=e malformed=1", "\(time)")
        }
        for time in [
            "2010-01-01T00:00:00Z", "2009-12-31T23:59:59-00:01", "2027-01-15T08:00:00Z", "2027-01-15T10:00:00.000Z",
            "2027-01-16T08:00:00.000Z",
        ] {
            let name = field == "create_time" ? "createTime" : "updateTime"
            let microseconds = try #require(ISO8601Time.parse(time)).microseconds
            #expect(try DecodedPage.row("\"\(field)\":\"\(time)\"") == "id=e \(name)=\(microseconds)", "\(time)")
        }
    }

    @Test("With this machine's clock before 2010, no time is plausible")
    func clockBefore2010() {
        let times = PlausibleTimes(now: Timestamp(microseconds: 0))
        #expect(!times.contains(Timestamp(microseconds: 0)))
        #expect(!times.contains(Timestamp(microseconds: 1_262_304_000_000_000)))
        #expect(PlausibleTimes(now: Timestamp(microseconds: .max)).contains(Timestamp(microseconds: .max)))
    }

    @Test(
        "A record without a usable ID is skipped, and its malformed fields are counted",
        arguments: [
            ("{}", 0), (#"{"id":null}"#, 0), (#"{"id":""}"#, 0), (#"{"id":5}"#, 1), (#"{"id":[],"name":1}"#, 2),
            (#"{"ID":"e"}"#, 0), (#"{"name":"n","create_time":"x"}"#, 1), (#"{"id":"e","id":5}"#, 1),
            ("null", 0), ("5", 0), (#""e""#, 0), ("[]", 0), (#"["id","e"]"#, 0), ("true", 0),
        ]
    )
    func skipped(_ record: String, _ malformed: Int) throws {
        #expect(
            try DecodedPage("{\"total\":3,\"endpoints\":[{\"id\":\"a\"},\(record),{\"id\":\"e\"}]}")
                == DecodedPage(
                    total: 3, records: ["id=a", malformed == 0 ? "skipped" : "skipped malformed=\(malformed)", "id=e"]))
    }
}
