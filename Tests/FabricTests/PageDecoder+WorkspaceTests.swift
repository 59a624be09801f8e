// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

/// The result of decoding a page of workspaces.
private struct WorkspacePage: Equatable {
    enum Record: Equatable {
        case row(DiscoveredWorkspace, malformed: Int = 0)
        case skipped(malformed: Int = 0)
    }

    var total: Int64?
    var records: [Record]
    var malformed = 0

    init(total: Int64?, _ records: [Record], malformed: Int = 0) {
        self.total = total
        self.records = records
        self.malformed = malformed
    }

    init(_ json: String, with decoder: PageDecoder) throws {
        var body = Array(json.utf8)
        var every = EveryRecord()
        var fold = WorkspaceLister.Rows()
        let shape = try decoder.rows(of: &body, filter: &every, limit: .max, sharesFirst: false, into: &fold)
        let records = every.merge(
            fold.workspaces, row: { Record.row($0, malformed: $1) }, skipped: { .skipped(malformed: $0) })
        let ids = records.map { record -> RecordID? in
            if case .row(let row, _) = record { RecordID(row.id) } else { nil }
        }
        #expect(shape.rowCount == records.count)
        #expect(shape.firstID == ids.first ?? nil)
        #expect(shape.lastID == ids.last ?? nil)
        self.init(total: shape.total, records, malformed: shape.malformedFields)
    }
}

@Suite("Pages of workspaces")
struct PageDecoderWorkspaceTests {
    private static let id = "e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6"

    @Test("The documented page is read, and unneeded fields are ignored")
    func documented() throws {
        let json = """
            {"total": 2, "workspaces": [
              {"id": "\(Self.id)", "name": "analytics", "description": "d", "create_time": "2023-05-30T12:24:30.401Z",
               "create_domain_name": "c", "create_user_name": "u", "metastore_id": "m", "access_url": "https://a",
               "enterprise_project_id": "0"},
              {"id": "W-2"}
            ], "more": {"id": 5}}
            """
        let decoder = try #require(PageDecoder())
        let expected = WorkspacePage(
            total: 2,
            [
                .row(DiscoveredWorkspace(id: Self.id, name: "analytics", enterpriseProjectID: "0")),
                .row(DiscoveredWorkspace(id: "W-2")),
            ])
        #expect(try WorkspacePage(json, with: decoder) == expected)
    }

    private static let table: [(String, WorkspacePage.Record)] = [
        (#"{"id":"w"}"#, .row(DiscoveredWorkspace(id: "w"))),
        (#"{"id":"w","name":null,"enterprise_project_id":null}"#, .row(DiscoveredWorkspace(id: "w"))),
        (#"{"id":"w","name":"","enterprise_project_id":""}"#, .row(DiscoveredWorkspace(id: "w"))),
        (#"{"id":"w","name":5,"enterprise_project_id":{}}"#, .row(DiscoveredWorkspace(id: "w"), malformed: 2)),
        (#"{"id":"w","name":"端点 \ud800\u0000"}"#, .row(DiscoveredWorkspace(id: "w", name: "端点 \u{FFFD}\u{FFFD}"))),
        (#"{"id":"w","name":"a","name":"b"}"#, .row(DiscoveredWorkspace(id: "w", name: "b"))),
        (#"{"id":"w","description":5,"access_url":[]}"#, .row(DiscoveredWorkspace(id: "w"))),
        (#"{"name":"n"}"#, .skipped()),
        (#"{"id":null,"name":"n"}"#, .skipped()),
        (#"{"id":7,"name":true}"#, .skipped(malformed: 2)),
        (#"{"id":""}"#, .skipped()),
        ("{}", .skipped()),
        ("null", .skipped()),
        ("[]", .skipped()),
        (#""w""#, .skipped()),
    ]

    @Test("Fields may be absent, null or of another type; only a usable ID is required", arguments: table.indices)
    func fields(_ index: Int) throws {
        let (json, expected) = Self.table[index]
        let decoder = try #require(PageDecoder())
        let page = try WorkspacePage("{\"total\":1,\"workspaces\":[\(json)]}", with: decoder)
        #expect(page == WorkspacePage(total: 1, [expected]), "\(json)")
    }

    @Test(
        "An ID that can't be part of a path isn't usable",
        arguments: [
            ("0", true), ("aZ-09", true), ("-", true), (String(repeating: "a", count: 36), true),
            (String(repeating: "a", count: 37), false), ("a b", false), ("a/b", false), ("..", false), ("a_b", false),
            ("ä", false), ("a\\u0000", false), ("a?", false), ("%41", false),
        ]
    )
    func ids(_ id: String, _ isUsable: Bool) throws {
        let decoder = try #require(PageDecoder())
        let page = try WorkspacePage("{\"workspaces\":[{\"id\":\"\(id)\"}]}", with: decoder)
        let record = isUsable ? WorkspacePage.Record.row(DiscoveredWorkspace(id: id)) : .skipped()
        #expect(page == WorkspacePage(total: nil, [record]))
    }

    @Test("Either the total or the list may be missing")
    func partial() throws {
        let decoder = try #require(PageDecoder())
        #expect(try WorkspacePage(#"{"total":0}"#, with: decoder) == WorkspacePage(total: 0, []))
        #expect(try WorkspacePage(#"{"workspaces":[]}"#, with: decoder) == WorkspacePage(total: nil, []))
        #expect(
            try WorkspacePage(#"{"total":"0","workspaces":null}"#, with: decoder)
                == WorkspacePage(total: nil, [], malformed: 1))
    }

    @Test(
        "A body that isn't a page of workspaces fails",
        arguments: [
            ("[]", "the document is not an object"), (#"{"workspaces":{}}"#, "\"workspaces\" is not an array"),
            (#"{"endpoints":[]}"#, "\"total\" and \"workspaces\" are both missing"),
        ]
    )
    func invalid(_ json: String, _ message: String) throws {
        let decoder = try #require(PageDecoder())
        #expect(throws: PageDecodingError(message: message)) { try WorkspacePage(json, with: decoder) }
    }

    @Test("A decoder reads pages of both kinds alternately")
    func alternating() throws {
        let decoder = try #require(PageDecoder())
        for _ in 0..<2 {
            var body = Array(#"{"total":1,"workspaces":[{"id":"w"}],"endpoints":[{"id":"e"}]}"#.utf8)
            var every = EveryRecord()
            #expect(try decoder.rows(of: &body, filter: &every).ids == ["e"])
            let page = try WorkspacePage(String(decoding: body, as: UTF8.self), with: decoder)
            #expect(page == WorkspacePage(total: 1, [.row(DiscoveredWorkspace(id: "w"))]))
        }
    }
}
