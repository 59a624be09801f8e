// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Fabric

/// The lines of endpoints of API v2.
private struct V2Lines: ListingFold {
    private(set) var lines: [String] = []
    var api: APIVersion { .v2 }

    mutating func add(_ record: EndpointRecord) { lines.append(record.line) }
}

@Suite("Pages of endpoints of API v2")
struct PageDecoderV2EndpointTests {
    /// Returns the line of a row with an ID and `fields`, and the number of its malformed fields.
    private static func row(_ fields: String) throws -> (line: String?, malformed: Int) {
        let decoder = try #require(PageDecoder())
        var body = Array(#"{"total":1,"endpoints":[{"id":"e"\#(fields)}]}"#.utf8)
        var (filter, fold) = (RowFilter(plausibleTimes: EveryRecord().plausibleTimes), V2Lines())
        _ = try decoder.rows(of: &body, filter: &filter, limit: 10, sharesFirst: false, into: &fold)
        return (fold.lines.first, filter.malformed)
    }

    @Test("The documented row is read, and the fields of v1 are not")
    func documented() throws {
        let (line, malformed) = try Self.row(
            """
            , "name": "etl", "display_name": "加工", "description": "d", "status": "RUNNING",
            "engine": {"type": "SparkJob", "version": "3.5"}, "resource_type": "HYBRID", "compute_id": "pool-1",
            "capacity": [
              {"type": "CPU", "minimum_capacity": 4, "maximum_capacity": 16, "spec_code": "c4",
               "use_ondemand_resource": true},
              {"type": "NPU", "minimum_capacity": 8, "maximum_capacity": 8}],
            "create_time": "2023-05-30T12:24:30.401Z", "update_time": "2023-05-30T12:24:31Z",
            "creator": {"user_name": "lin", "user_id": "u1"}, "error": {"error_code": "E.1", "error_msg": "broken"},
            "tags": [{"key": "k"}], "workspace": {"id": "w"},
            "type": "sql", "visibility": "PUBLIC", "owner": {"user_name": "x"}, "error_code": 5, "error_msg": "y",
            "cap": {"cap_id": "z"}, "reserved_resource": 7, "ray_resource": {"head_group_spec": {}}
            """)
        #expect(malformed == 0)
        #expect(
            line
                == "id=e name=加工 type=SparkJob status=RUNNING description=d createTime=1685449470401000 "
                + "updateTime=1685449471000000 ownerName=lin ownerID=u1 errorCode=E.1 errorMessage=broken poolID=pool-1 "
                + "resourceMode=HYBRID resources=[{name=CPU capacity={specCode=c4 reserved=4 maximum=16}}, "
                + "{name=NPU capacity={reserved=8 maximum=8}}]")
    }

    @Test(
        "Fields may be absent, null, empty or of another type",
        arguments: [
            ("", "id=e", 0),
            (#","name":"n","display_name":"""#, "id=e name=n", 0),
            (#","name":"n","display_name":5"#, "id=e name=n", 1),
            (#","engine":{},"capacity":[],"creator":{},"error":{}"#, "id=e", 0),
            (#","engine":null,"capacity":null,"creator":null,"error":null,"compute_id":null"#, "id=e", 0),
            (#","engine":"SparkSql","capacity":{},"creator":[],"error":"E.1","resource_type":1"#, "id=e", 5),
            (#","engine":{"type":7},"error":{"error_code":7,"error_msg":null}"#, "id=e", 2),
            (#","capacity":[{}]"#, "id=e resources=[{capacity={reserved=0 maximum=0}}]", 0),
            (
                #","capacity":[7,null,{"type":"CPU","minimum_capacity":3}]"#,
                "id=e resources=[{name=CPU capacity={reserved=3 maximum=3}}]", 1
            ),
            (
                #","capacity":[{"type":1,"minimum_capacity":"2","maximum_capacity":2.5,"spec_code":[]}]"#,
                "id=e resources=[{capacity={reserved=0 maximum=0}}]", 4
            ),
            (#","engine":{"type":"a"},"engine":{"type":"b"}"#, "id=e type=b", 0),
        ])
    func fields(_ fields: String, _ line: String, _ malformed: Int) throws {
        let row = try Self.row(fields)
        #expect(row.line == line && row.malformed == malformed, "\(row)")
    }

    @Test("A row of v1 after one of v2 has no resources")
    func mixed() throws {
        let decoder = try #require(PageDecoder())
        let json = #"{"endpoints":[{"id":"e","capacity":[{"type":"CPU"}]}]}"#
        var (v1, v2) = (LineFold(), V2Lines())
        var filter = EveryRecord()
        var body = Array(json.utf8)
        _ = try decoder.rows(of: &body, filter: &filter, limit: 10, sharesFirst: false, into: &v2)
        body = Array(json.utf8)
        _ = try decoder.rows(of: &body, filter: &filter, limit: 10, sharesFirst: false, into: &v1)
        #expect(v2.lines == ["id=e resources=[{name=CPU capacity={reserved=0 maximum=0}}]"])
        #expect(v1.lines == ["id=e"])
    }
}
