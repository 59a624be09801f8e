// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("Records of a listing")
struct RecordListTests {
    /// Returns the records of one listing of `rows`.
    private static func records(
        _ rows: [JSONValue], details: DetailLevel = .none, owner: OwnerLabel = .name, now: Timestamp = firstPoll
    ) -> RecordList {
        var workspace = ListedWorkspace(details: details, owner: owner, keepsRecords: true)
        return workspace.list(rows, now: now).records
    }

    private static let uuid = "0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f8f11"

    @Test func `Every field of a record is read back`() throws {
        let list = Self.records([
            endpoint(Self.uuid, "SQL", "CREATE_FAILED", created: 60, updated: 120, error: "F.1").with([
                "visibility": "PUBLIC", "description": "每日报表", "error_msg": "no capacity",
                "owner": ["user_name": "lin", "user_id": "0b5633ba2b904511ad514346f4d00001"],
                "cap": ["cap_id": "c-1", "version_id": "v-1"],
            ])
        ])
        let row = try #require(list.first { _ in true })
        #expect(list.count == 1 && !list.isEmpty)
        #expect(
            row.detail
                == RecordDetail(
                    id: RecordID(Self.uuid), name: "name-\(Self.uuid)", type: "SQL", status: "CREATE_FAILED",
                    phase: .failed, visibility: "PUBLIC", since: Timestamp(seconds: start + 120),
                    createTime: Timestamp(seconds: start + 60), errorCode: "F.1", errorMessage: "no capacity",
                    owner: "lin", ownerID: "0b5633ba2b904511ad514346f4d00001", capID: "c-1", capVersionID: "v-1",
                    description: "每日报表"))
        #expect(row.id == RecordID(Self.uuid) && row.status == "CREATE_FAILED" && row.type == "SQL")
        #expect(row.phase == .failed && row.hasError && !row.isPrivate)
        #expect(row.since == row.detail.since && row.createTime == row.detail.createTime)
    }

    @Test func `Absent, null, empty and malformed fields are nil`() {
        let empty: JSONValue = [
            "id": "b", "name": "", "type": "", "status": "", "visibility": "", "description": "", "error_code": "",
            "error_msg": "", "owner": ["user_name": "", "user_id": ""], "cap": ["cap_id": "", "version_id": ""],
        ]
        let malformed: JSONValue = [
            "id": "c", "name": 1, "description": ["a"], "create_time": "yesterday", "owner": "lin", "cap": .null,
        ]
        let details = Self.records([["id": "a"], empty, malformed]).map(\.detail)
        #expect(
            details
                == ["a", "b", "c"].map { id in
                    RecordDetail(
                        id: RecordID(id), name: nil, type: "unknown", status: "UNKNOWN", phase: .unknown,
                        visibility: "PRIVATE", since: firstPoll, createTime: nil, errorCode: nil, errorMessage: nil,
                        owner: nil, ownerID: nil, capID: nil, capVersionID: nil, description: nil)
                })
    }

    @Test func `A description of the wrong type is a malformed field, a long one is not a cut value`() {
        var workspace = ListedWorkspace(keepsRecords: true)
        let long = JSONValue.string(String(repeating: "d", count: 1_024))
        let snapshot = workspace.list([["id": "a", "description": 1], ["id": "b", "description": long]])
        #expect(snapshot.counts.malformedFields == 1 && snapshot.counts.cutValues == 0)
        #expect(snapshot.records.map { $0.detail.description?.count } == [nil, 256])
    }

    @Test(arguments: [
        uuid, uuid.uppercased(), "0b5633ba2b904511ad514346f4d00001", "0B5633BA2B904511AD514346F4D00001", "a", "端点-1",
        String(repeating: "i", count: 256), "0b5633ba-2b904511-ad514346f4d00001-xy",
    ])
    func `Any usable id is read back`(id: String) {
        let list = Self.records([["id": .string(id)], ["id": "next"]])
        #expect(list.map(\.id.text) == [id, "next"])
    }

    @Test func `Texts are cut between two characters, messages at 1,000 bytes, others at 256`() throws {
        let list = Self.records([
            endpoint("a", "RUNNING", error: "F").with([
                "name": .string("n" + String(repeating: "😀", count: 64)),
                "description": .string(String(repeating: "端", count: 86)),
                "error_msg": .string("e" + String(repeating: "端", count: 334)),
                "owner": ["user_name": .string(String(repeating: "é", count: 128) + "x"), "user_id": "u"],
            ]),
            endpoint("b", "RUNNING"),
        ])
        let details = list.map(\.detail)
        #expect(details[0].name == "n" + String(repeating: "😀", count: 63))
        #expect(details[0].description == String(repeating: "端", count: 85))
        #expect(details[0].errorMessage == "e" + String(repeating: "端", count: 333))
        #expect(details[0].owner == String(repeating: "é", count: 128) && details[0].ownerID == "u")
        #expect(details[1].name == "name-b")
    }

    @Test func `A secret across the cut is redacted`() {
        let secret = Secret("RecordListTests-secret-in-a-name")
        let long = secret.withExposedValue { String(repeating: "n", count: 250) + $0 }
        let list = Self.records([endpoint("a", "RUNNING").with(["name": .string(long)])])
        #expect(list.map(\.detail.name) == [String(repeating: "n", count: 250) + "<REDAC"])
        withExtendedLifetime(secret) {}
    }

    @Test(
        arguments: [(.name, "lin", "u-1"), (.id, "u-1", "u-1"), (.none, nil, nil)] as [(OwnerLabel, String?, String?)])
    func `The owner is kept as configured`(label: OwnerLabel, owner: String?, ownerID: String?) {
        let row = endpoint("a", "RUNNING").with(["owner": ["user_name": "lin", "user_id": "u-1"]])
        let list = Self.records([row], owner: label)
        #expect(list.map(\.detail.owner) == [owner] && list.map(\.detail.ownerID) == [ownerID])
        #expect(list.map { $0.matches(RecordSearch("lin")) } == [label == .name])
        #expect(list.map { $0.matches(RecordSearch("u-1")) } == [label != .none])
    }

    @Test func `No time is later than the end of the poll`() throws {
        let now = Timestamp(seconds: start + 100)
        let list = Self.records(
            [
                endpoint("a", "RUNNING", created: 150, updated: 200), endpoint("b", "RUNNING"),
                endpoint("c", "CREATING"),
            ],
            now: now)
        #expect(list.map(\.since) == [now, now, now])
        #expect(list.map(\.createTime) == [now, nil, nil])
        #expect(list.map(\.detail.since) == [now, now, now] && list.map(\.detail.createTime) == [now, nil, nil])
    }

    @Test func `The status time of every record is known without details, and lasts`() {
        var workspace = ListedWorkspace(details: .none, keepsRecords: true)
        _ = workspace.list([endpoint("a", "RUNNING", updated: 10), endpoint("b", "RUNNING")])
        let later = Timestamp(microseconds: firstPoll.microseconds + 60_000_000)
        let list = workspace.list([endpoint("a", "RUNNING", updated: 50), endpoint("b", "RUNNING")], now: later).records
        #expect(list.map(\.since) == [Timestamp(seconds: start + 10), firstPoll])
    }

    @Test func `Records are kept only if the settings say so`() {
        var workspace = ListedWorkspace(details: .all)
        let list = workspace.list([endpoint("a", "RUNNING")]).records
        #expect(list.isEmpty && Array(list).isEmpty && list.counts(at: firstPoll) == RecordCounts())
        #expect(Self.records([]).isEmpty && Array(Self.records([])).isEmpty)
    }

    @Test func `A list keeps its values while later listings replace theirs`() {
        var workspace = ListedWorkspace(labelValues: 1, keepsRecords: true)
        let first = workspace.list([endpoint("a", "A", "X_FAILED", error: "E.1")], at: firstInstant).records
        let day = Duration.seconds(86_400)
        _ = workspace.list([endpoint("b", "B", "RUNNING", error: "E.2")], at: firstInstant + day)
        let last = workspace.list([endpoint("b", "B", "RUNNING", error: "E.2")], at: firstInstant + day + day).records
        #expect(first.map(\.type) == ["A"] && last.map(\.type) == ["B"])
        #expect(first.map(\.status) == ["X_FAILED"] && first.map(\.detail.errorCode) == ["E.1"])
        #expect(last.map(\.detail.errorCode) == ["E.2"])
    }

    @Test func `Neither the memory of the next poll nor the next list keeps a list alive`() {
        var workspace = ListedWorkspace(details: .all, keepsRecords: true)
        weak var storage: RecordList.Storage?
        var row: RecordList.Row?
        do {
            let list = workspace.list([endpoint("a", "RUNNING")]).records
            storage = list.storage
            row = list.first { _ in true }
        }
        #expect(storage != nil && row?.id == RecordID("a"))
        row = nil
        #expect(storage == nil)
        #expect(workspace.list([endpoint("b", "RUNNING")]).records.map(\.id) == [RecordID("b")])
    }

    @Test func `A list that is about as large as the previous one reserves little memory`() {
        var workspace = ListedWorkspace(keepsRecords: true)
        let rows = (0..<1_000).map { endpoint("endpoint-\($0)", "RUNNING") }
        let first = workspace.list(rows).records.storage
        #expect(first.bytes.count <= 2 * first.size)
        let next = workspace.list(rows + [endpoint("new", "RUNNING")]).records.storage
        #expect(next.size > first.size && next.bytes.count <= first.size + first.size / 16)
        let small = workspace.list([endpoint("a", "RUNNING")]).records.storage
        #expect(workspace.list([endpoint("a", "RUNNING")]).records.storage.bytes.count <= 1_024 && small.size < 200)
    }

    @Test func `A typical record takes as much memory as documented`() {
        let row = endpoint(Self.uuid, "inference", "RUNNING", created: 10, updated: 20).with([
            "name": .string(String(repeating: "n", count: 20)),
            "description": .string(String(repeating: "d", count: 40)),
            "owner": ["user_name": "0123456789", "user_id": .string(String(repeating: "a", count: 32))],
        ])
        #expect((160...175).contains(Self.records([row]).storage.size))
        let package = row.with(["cap": ["cap_id": .string(String(repeating: "c", count: 36))]])
        #expect(Self.records([package]).storage.size == Self.records([row]).storage.size + 36)
    }

    @Test func `Positions of phases and of reasons are those in allCases`() {
        #expect(Phase.allCases.map(\.index) == Array(Phase.allCases.indices))
        #expect(Attention.allCases.map(\.rank) == Array(Attention.allCases.indices))
    }

    @Test(arguments: 0..<20)
    func `Random records equal their JSON and their details, and the counts equal the rows`(seed: Int) throws {
        var random = RandomRows(seed: UInt64(seed))
        let rows = (0..<200).map { random.row($0) }
        var workspace = ListedWorkspace(details: .all, keepsRecords: true)
        let snapshot = workspace.list(rows.map(\.json))
        let details = snapshot.records.map(\.detail)
        #expect(details == rows.map(\.detail))
        #expect(details.sorted { $0.id < $1.id } == snapshot.details)
        for (row, detail) in zip(snapshot.records, details) {
            #expect(row.id == detail.id && row.phase == detail.phase && row.since == detail.since)
            #expect(row.createTime == detail.createTime && row.type == detail.type && row.status == detail.status)
            #expect(row.isPrivate == (detail.visibility != "PUBLIC") && row.hasError == (detail.errorCode != nil))
        }
        for seconds in [0, 600, 1_200, 3_600] as [Int64] {
            let now = Timestamp(microseconds: firstPoll.microseconds + seconds * 1_000_000)
            let counts = snapshot.records.counts(at: now)
            let reasons = snapshot.records.compactMap { $0.attention(at: now) }
            #expect(counts.attention == Dictionary(grouping: reasons) { $0 }.mapValues(\.count))
            let own = details.filter { $0.visibility != "PUBLIC" }
            #expect(counts.phases == Dictionary(grouping: own, by: \.phase).mapValues(\.count))
            #expect(counts.withError == own.count { $0.errorCode != nil && ![.inactive, .gone].contains($0.phase) })
        }
        #expect(snapshot.records.map { $0.matches(RecordSearch("LIN")) } == details.map { $0.contains("lin") })
    }
}

/// Random endpoints, with what is expected of each.
private struct RandomRows {
    private static let statuses = EndpointStatus.table.map(\.status.rawValue) + ["NEW_FAILED", "REBALANCING"]
    private static let texts = ["", "lin", "Maria Lin", "数据平台-查询", "😀 \"quoted\"", String(repeating: "é", count: 120)]

    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    private mutating func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

    /// Returns nil for an absent text.
    private mutating func text() -> String? { number(3) == 0 ? nil : Self.texts[number(Self.texts.count)] }

    mutating func row(_ index: Int) -> (json: JSONValue, detail: RecordDetail) {
        let hex = String(repeating: "0", count: 28) + String(1_000 + index)
        let uuid = "0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f\(1_000 + index)"
        let id = [hex, uuid, "端点-\(index)"][number(3)]
        let (name, description, message, owner, ownerID) = (text(), text(), text(), text(), text())
        let (cap, version) = (text(), text())
        let status = Self.statuses[number(Self.statuses.count)]
        let visibility = [nil, "PRIVATE", "PUBLIC", "SHARED"][number(4)]
        let code = [nil, "F.1", "F.2"][number(3)]
        let created = number(4) == 0 ? nil : firstPoll.microseconds - Int64(number(3_600)) * 1_000_000
        let updated = number(4) == 0 ? nil : firstPoll.microseconds - Int64(number(3_600)) * 1_000_000
        func time(_ microseconds: Int64?) -> JSONValue {
            JSONValue(microseconds.map { Timestamp(microseconds: $0).iso8601(fractionDigits: 3) })
        }
        let json: JSONValue = [
            "id": .string(id), "name": JSONValue(name), "type": "ray", "status": .string(status),
            "visibility": JSONValue(visibility), "description": JSONValue(description), "create_time": time(created),
            "update_time": time(updated), "owner": ["user_name": JSONValue(owner), "user_id": JSONValue(ownerID)],
            "cap": ["cap_id": JSONValue(cap), "version_id": JSONValue(version)], "error_code": JSONValue(code),
            "error_msg": JSONValue(message),
        ]
        func given(_ text: String?) -> String? { text == "" ? nil : text }
        let since = status == "CREATING" ? created ?? updated : updated ?? created
        let detail = RecordDetail(
            id: RecordID(id), name: given(name), type: "ray", status: status, phase: EndpointStatus(status).phase,
            visibility: visibility ?? "PRIVATE", since: Timestamp(microseconds: since ?? firstPoll.microseconds),
            createTime: created.map { Timestamp(microseconds: $0) }, errorCode: code, errorMessage: given(message),
            owner: given(owner), ownerID: given(ownerID), capID: given(cap), capVersionID: given(version),
            description: given(description))
        return (json, detail)
    }
}

extension RecordDetail {
    /// Returns whether name, id, owner or owner id contain `text`, ignoring case.
    fileprivate func contains(_ text: String) -> Bool {
        [name, id.text, owner, ownerID].contains { $0?.lowercased().contains(text) == true }
    }
}
