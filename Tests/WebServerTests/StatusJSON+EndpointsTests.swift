// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Listings
import Polling
import TestSupport
import Testing

@testable import WebServer

@Suite("Endpoints in the status JSON")
struct StatusJSONEndpointsTests {
    /// Returns the server of a report with the rows of each workspace.
    private static func web(_ workspaces: [JSONValue]...) -> Web {
        var report = SampleReport.large(workspaces.count)
        for (index, rows) in workspaces.enumerated() {
            report.workspaces[index].listings[0].exported = SampleReport.served(rows)
        }
        return Web(report: report)
    }

    /// Returns the ids in the arrays `name`.
    private static func ids(in name: String, of text: String) -> [[String]] {
        text.split(separator: #""\#(name)":["#).dropFirst().map { rest in
            var rest = rest
            if let end = rest.firstRange(of: "]") { rest = rest[..<end.lowerBound] }
            return rest.matches(of: #/"endpoint_id":"([^"]*)"/#).map { String($0.1) }
        }
    }

    @Test func `All endpoints are listed, ordered by id, if the query names one workspace`() async {
        let web = Self.web(
            [SampleReport.row("b", "two", "RUNNING"), SampleReport.row("a", "one", "CREATE_FAILED", code: "F.1")],
            [SampleReport.row("c", nil, "RUNNING")])
        let one = await web.get("/api/v1/status?workspace_id=id-0").text
        #expect(Self.ids(in: "endpoints", of: one) == [["a", "b"]])
        #expect(one.contains(#""problem_count":1,"problems":[{"attention":"failed","endpoint_id":"a""#))
        #expect(one.contains(#"{"attention":null,"endpoint_id":"b","name":"two""#))
        let other = await web.get("/api/v1/status?workspace_id=id-1").text
        #expect(Self.ids(in: "endpoints", of: other) == [["c"]] && other.contains(#""problem_count":0,"problems":[],"#))
        for target in ["", "?q=name-0", "?source=cn-north-4", "?workspace_id=id-0&workspace_id=id-1"] {
            let several = await web.get("/api/v1/status" + target).text
            #expect(several.contains(#""endpoints":null"#) && Self.ids(in: "endpoints", of: several).isEmpty)
        }
    }

    @Test func `An endpoint has description, owner, creation time and image package`() async {
        let row = SampleReport.row("a", "one", "CREATE_FAILED", code: "F.1").with([
            "description": "reports \"of\" 数据", "owner": ["user_name": "lin", "user_id": "u-1"],
            "cap": ["cap_id": "c-1"],
        ])
        let members = #"""
            "description":"reports \"of\" 数据","owner":"lin","owner_id":"u-1","create_time":"2027-01-15T05:00:00.000Z",\#
            "cap_id":"c-1","pool_id":null}
            """#
        let text = await Self.web([row]).get("/api/v1/status?workspace_id=id-0").text
        #expect(text.ranges(of: members).count == 2)
        let bare: JSONValue = ["id": "b", "status": "CREATE_FAILED"]
        let missing =
            #""description":null,"owner":null,"owner_id":null,"create_time":null,"cap_id":null,"pool_id":null}"#
        #expect(await Self.web([bare]).get("/api/v1/status").text.contains(missing))
    }

    @Test func `An endpoint of API v2 has its compute pool, and its workspace the sums of the resources`() async {
        let web = Web(report: SampleReport.lake())
        let text = await web.get("/api/v1/status?workspace_id=w1").text
        #expect(text.ranges(of: #""cap_id":null,"pool_id":"pool-1"}"#).count == 3)
        let sums = #"""
            "capacity":[],"resources":[{"resource":"cpu","minimum":1264,"maximum":2528},\#
            {"resource":"npu","minimum":8,"maximum":16}]
            """#
        // Those of the selected workspaces, and those of the listing.
        #expect(text.ranges(of: sums).count == 2)
        let both = await web.get("/api/v1/status").text
        #expect(both.contains(#""capacity":[{"unit":"DCU","reserved":2,"maximum":8}],"resources":[{"resource":"cpu","#))
    }

    @Test func `Problems include endpoints without details, at most 1,000, and all are counted`() async {
        let rows = (0..<1_001).map { SampleReport.row("e\($0)", nil, "CREATE_FAILED") }
        let text = await Self.web(rows, [rows[0]]).get("/api/v1/status").text
        #expect(Self.ids(in: "problems", of: text).map(\.count) == [1_000, 1])
        #expect(text.contains(#""problem_count":1001,"#) && text.contains(#""failed":1002,"#))
    }
}
