// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport
import Testing

@testable import FabricAPI

@Suite("Fields of a wrong type")
struct MalformedFieldTests {
    private static let notTexts = ["1", "1.5", "true", "false", "[]", "{}", #"["x"]"#, #"{"x":1}"#]
    private static let notObjects = ["1", "1.5", "true", #""x""#, "[]", "[{}]"]
    private static let notIntegers = [#""1""#, "true", "1.5", "[]", "{}"]

    @Test(
        "A text of a wrong type counts as absent and is counted",
        arguments: [
            "name", "type", "status", "visibility", "create_time", "update_time", "error_code", "error_msg",
        ], notTexts)
    func texts(_ field: String, _ value: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":\(value)") == .row(.e(), malformed: 1))
    }

    @Test(
        "An object of a wrong type counts as absent and is counted",
        arguments: ["reserved_resource", "ray_resource"], notObjects)
    func objects(_ field: String, _ value: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":\(value)") == .row(.e(), malformed: 1))
    }

    @Test("So does a resource inside", arguments: ["apu", "dpu", "mu"], notObjects)
    func resources(_ field: String, _ value: String) throws {
        #expect(try DecodedPage.row("\"reserved_resource\":{\"\(field)\":\(value)}") == .row(.e(), malformed: 1))
    }

    @Test("So does an amount", arguments: ["warm_up_num", "max_num"], notIntegers)
    func amounts(_ field: String, _ value: String) throws {
        #expect(
            try DecodedPage.row("\"reserved_resource\":{\"apu\":{\"spec_code\":\"s\",\"\(field)\":\(value)}}")
                == .row(
                    .e { $0.apu = ReservedCapacity(specCode: "s", reserved: 0, maximum: 0) }, malformed: 1))
    }

    @Test("So does the flag of public resources", arguments: ["1", #""true""#, "[]", "{}"])
    func flags(_ value: String) throws {
        #expect(
            try DecodedPage.row("\"reserved_resource\":{\"dpu\":{\"use_public_resource\":\(value)}}")
                == .row(
                    .e { $0.dpu = ReservedCapacity(specCode: nil, reserved: 0, maximum: 0) }, malformed: 1))
    }

    @Test("So does a specification code", arguments: notTexts)
    func specifications(_ value: String) throws {
        let record = try DecodedPage.row(
            """
            "reserved_resource":{"mu":{"spec_code":\(value)}},
            "ray_resource":{"head_group_spec":{"spec_code":\(value)},"worker_group_spec":[{"spec_code":\(value)}]}
            """)
        let row = EndpointRow.e {
            $0.mu = ReservedCapacity(specCode: nil, reserved: 0, maximum: 0)
            $0.ray = RayCluster(
                hasHead: true, headSpecCode: nil, workers: [.init(specCode: nil, minimum: 0, maximum: 0)])
        }
        #expect(record == .row(row, malformed: 3))
    }

    @Test("So do the parts of a Ray cluster", arguments: ["1", "true", #""x""#])
    func rayParts(_ value: String) throws {
        let record = try DecodedPage.row(
            """
            "ray_resource":{"head_group_spec":\(value),"worker_group_spec":\(value)}
            """)
        let bare = EndpointRow.e { $0.ray = RayCluster(hasHead: false, headSpecCode: nil, workers: []) }
        #expect(record == .row(bare, malformed: 2))
        #expect(
            try DecodedPage.row("\"ray_resource\":{\"worker_group_spec\":[\(value)]}") == .row(bare, malformed: 1))
    }

    @Test("So do replica counts", arguments: notIntegers)
    func replicas(_ value: String) throws {
        let record = try DecodedPage.row(
            "\"ray_resource\":{\"worker_group_spec\":[{\"min_replicas\":\(value),\"max_replicas\":\(value)}]}")
        let row = EndpointRow.e {
            $0.ray = RayCluster(
                hasHead: false, headSpecCode: nil, workers: [.init(specCode: nil, minimum: 0, maximum: 0)])
        }
        #expect(record == .row(row, malformed: 2))
    }

    @Test("An unreadable time is absent and counted", arguments: ["create_time", "update_time"])
    func times(_ field: String) throws {
        #expect(try DecodedPage.row("\"\(field)\":\"yesterday\"") == .row(.e(), malformed: 1))
        #expect(try DecodedPage.row("\"\(field)\":\"\"") == .row(.e(), malformed: 1))
    }

    /// The decoder's poll is at 2027-01-15T08:00:00Z.
    @Test(
        "A time before 2010 or more than a day in the future is absent and counted",
        arguments: ["create_time", "update_time"])
    func implausibleTimes(_ field: String) throws {
        for time in [
            "0001-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "2009-12-31T23:59:59.999Z", "2010-01-01T00:00:00+00:01",
            "2027-01-16T08:00:00.000001Z", "2027-01-16 08:00:01", "9999-12-31T23:59:59.999Z",
        ] {
            #expect(try DecodedPage.row("\"\(field)\":\"\(time)\"") == .row(.e(), malformed: 1), "\(time)")
        }
        for time in [
            "2010-01-01T00:00:00Z", "2009-12-31T23:59:59-00:01", "2027-01-15T08:00:00Z", "2027-01-15T10:00:00.000Z",
            "2027-01-16T08:00:00.000Z",
        ] {
            guard case .row(let row, let malformed)? = try DecodedPage.row("\"\(field)\":\"\(time)\"") else {
                Issue.record("no row")
                continue
            }
            #expect(malformed == 0)
            #expect((field == "create_time" ? row.createTime : row.updateTime) == ISO8601Time.parse(time), "\(time)")
        }
    }

    @Test("Where this machine's clock is before 2010, no time is plausible")
    func clockBefore2010() {
        let times = PlausibleTimes(now: Timestamp(microseconds: 0))
        #expect(!times.contains(Timestamp(microseconds: 0)))
        #expect(!times.contains(Timestamp(microseconds: 1_262_304_000_000_000)))
        #expect(PlausibleTimes(now: Timestamp(microseconds: .max)).contains(Timestamp(microseconds: .max)))
    }

    @Test(
        "A record without a usable id is skipped, with what was wrong in it",
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
                    total: 3,
                    records: [
                        .row(EndpointRow(id: EndpointID("a")), malformed: 0), .skipped(malformed: malformed),
                        .row(.e(), malformed: 0),
                    ]))
    }
}
